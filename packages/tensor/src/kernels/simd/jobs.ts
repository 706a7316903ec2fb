/**
 * The jobs of the module: work that threads share. This table is the one declaration of a job: its name is that of its
 * kernel, a function that a file in assembly/ exports, and its arguments are those of the kernel, in order. A kernel
 * takes three more, which the dispatch adds: the range of outputs to compute, and the thread, if it asks for it.
 * build-kernels.js makes the dispatch (assembly/dispatch.ts) from this table, and fails if a kernel's signature differs
 * from it.
 *
 * An argument is set by its name, and `run` exists once all are set: a forgotten or misspelled one does not compile.
 *
 *     jobs.softmax.out(pointer).x(pointer).n(768).run(rows, rowsPerUnit);
 */
import { FIRST_ARGUMENT } from "./constants.ts";

export const JOBS = {
  linear: {
    out: "pointer",
    x: "pointer",
    weight: "pointer",
    bias: "pointer",
    m: "int",
    k: "int",
    n: "int",
    dtype: "int",
    scratch: "pointer",
  },
  linearInt8: {
    out: "pointer",
    x: "pointer",
    weight: "pointer",
    scales: "pointer",
    bias: "pointer",
    m: "int",
    k: "int",
    n: "int",
    dots: "int",
  },
  quantizeRows: { rows: "pointer", x: "pointer", k: "int" },
  attention: {
    out: "pointer",
    q: "pointer",
    sequences: "pointer",
    scores: "pointer",
    pattern: "pointer",
    scratch: "pointer",
    longest: "int",
    heads: "int",
    d: "int",
    scale: "float",
    from: "int",
  },
  storeHeads: { cache: "pointer", x: "pointer", heads: "int", capacity: "int", d: "int", position: "int" },
  columns: { out: "pointer", x: "pointer", n: "int", width: "int", start: "int" },
  add: { out: "pointer", a: "pointer", b: "pointer" },
  softmax: { out: "pointer", x: "pointer", n: "int" },
  layerNorm: { out: "pointer", x: "pointer", weight: "pointer", bias: "pointer", n: "int", epsilon: "float" },
  activation: { out: "pointer", x: "pointer", form: "int" },
  packInputs: {
    packed: "pointer",
    bytes: "pointer",
    from: "int",
    to: "int",
    row: "int",
    count: "int",
    k: "int",
    n: "int",
  },
  packOutputs: { packed: "pointer", bytes: "pointer", from: "int", to: "int", row: "int", count: "int", k: "int" },
  packInputsInt8: {
    packed: "pointer",
    scales: "pointer",
    bytes: "pointer",
    from: "int",
    row: "int",
    count: "int",
    k: "int",
    n: "int",
  },
  packOutputsInt8: { packed: "pointer", scales: "pointer", bytes: "pointer", from: "int", count: "int", k: "int" },
  columnPeaks: { peaks: "pointer", bytes: "pointer", from: "int", count: "int", n: "int" },
  rowPeaks: { peaks: "pointer", bytes: "pointer", from: "int", k: "int" },
  readLines: { base: "pointer" },
  multiplyAdds: { turns: "int" },
} as const satisfies JobTable;

/** By job: the kind of each argument. */
export type JobTable = Readonly<Record<string, Readonly<Record<string, keyof Values>>>>;

/** What an argument of each kind is set to. A pointer is a byte address in the engine's memory; 0 is none. */
interface Values {
  readonly pointer: number;
  readonly int: number;
  readonly float: number;
}

/** Computes `outputs` outputs, `perUnit` of them a unit; the first unit of each thread has `perFirstUnit`. */
type Run = (outputs: number, perUnit: number, perFirstUnit?: number) => void;

/** A job of which some arguments are still to be set, or one that is ready to run. */
type Job<Arguments extends Readonly<Record<string, keyof Values>>, Missing extends keyof Arguments> = [
  Missing,
] extends [never]
  ? ReadyJob
  : { readonly [Name in Missing]: (value: Values[Arguments[Name]]) => Job<Arguments, Exclude<Missing, Name>> };

export interface ReadyJob {
  readonly run: Run;
}

export type Jobs<Table extends JobTable = typeof JOBS> = {
  readonly [Name in keyof Table]: Job<Table[Name], keyof Table[Name]>;
};

/**
 * The jobs of a table, numbered from `first` on. Their arguments are written into these views of the slots. Setting and
 * running one allocates nothing.
 */
export function createJobs<Table extends JobTable>(
  table: Table,
  first: number,
  ints: Int32Array,
  floats: Float32Array,
  run: (job: number, ...units: Parameters<Run>) => void,
): Jobs<Table> {
  const jobs = Object.entries(table).map(([name, kinds], i) => {
    const number = first + i;
    const job: Record<string, unknown> = {
      run: (outputs: number, perUnit: number, perFirstUnit?: number) => run(number, outputs, perUnit, perFirstUnit),
    };
    Object.entries(kinds).forEach(([argument, kind]: [string, keyof Values], i) => {
      const slot = FIRST_ARGUMENT + i;
      job[argument] = setter(kind, slot, ints, floats, job);
    });
    return [name, job] as const;
  });
  return Object.fromEntries(jobs) as unknown as Jobs<Table>;
}

/** A function that sets one slot and gives back the job. */
function setter(kind: keyof Values, slot: number, ints: Int32Array, floats: Float32Array, job: unknown) {
  switch (kind) {
    case "pointer":
    case "int":
      return (value: number) => {
        ints[slot] = value;
        return job;
      };
    case "float":
      return (value: number) => {
        floats[slot] = value;
        return job;
      };
    default:
      return kind satisfies never;
  }
}
