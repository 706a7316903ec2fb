/** What lzma.test.ts uses of lzma1, for tsconfig.test.json: its own types are sources, which our options refuse. */
export function compress(data: Uint8Array, mode: 1 | 9): Uint8Array;
