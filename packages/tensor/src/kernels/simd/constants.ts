/**
 * Numbers that the module and its TypeScript side share. AssemblyScript and TypeScript both compile this file: plain
 * `const` numbers only.
 */

// The first page of the memory, by byte address. Each number that threads write to has a cache line of its own; 384 is
// assembly/pool.ts's.
export const TICKET = 64;
export const DONE = 128;
export const WAKE = 192;
export const PARKED = 256;
export const STOP = 320;
/** 1 if a number could not be kept in the dtype asked for. */
export const FAULT = 448;
/** Where the bytes of the module with further jobs lie, and how many there are, in the next i32. */
export const MORE_ADDRESS = 456;
/** One i32 for each thread, set once it runs. */
export const STARTED = 512;
/** Where a job's 32 slots of four bytes lie. */
export const SLOTS = 1024;

// Slots of a job: the units that its outputs are cut into, then its arguments (jobs.ts).
export const OUTPUTS = 0;
export const OUTPUTS_PER_UNIT = 1;
/** The first unit of each thread may be larger. */
export const FIRST_UNITS = 2;
export const OUTPUTS_PER_FIRST_UNIT = 3;
export const FIRST_ARGUMENT = 4;
export const SLOT_COUNT = 32;
/** Jobs from this number on are the backward module's. */
export const FIRST_BACKWARD_JOB = 64;

/** Scratch of a thread for a product with floats. */
export const LINEAR_SCRATCH_BYTES = 43_456;

// How numbers are stored, in files and in panels.
export const F32 = 0;
export const F16 = 1;
export const BF16 = 2;
export const I8 = 3;

// Activations.
export const GELU_TANH = 0;
export const GELU_ERF = 1;
export const GELU_SIGMOID = 2;
export const SILU = 3;
/** Its derivative only. */
export const RELU = 4;

// How int8 products compute dot products (assembly/int8.ts); only the first needs no relaxed SIMD.
export const WIDENED_DOTS = 0;
export const PAIRED_DOTS = 1;
export const FUSED_DOTS = 2;

// Where attention begins.
export const FROM_QUERIES = 0;
export const FROM_SCORES = 1;
export const FROM_PATTERN = 2;
/** Numbers of a sequence in the table that attention reads: assembly/attention.ts. */
export const SEQUENCE_NUMBERS = 7;
/** Queries of one head that attention computes together, at most. */
export const QUERIES_PER_TILE = 4;

// Backward.
/** Rows whose terms are one sum in a gradient of parameters. */
export const GRADIENT_ROWS = 256;
/** Factors of a tile. */
export const ROWS_PER_TILE = 6;
