/**
 * The kernels for JavaScript engines without relaxed SIMD. Each relaxed multiply-add, and the room that
 * ../../../relaxed-room.js left after it, becomes a multiplication and an addition: a and b are on the stack, c is kept
 * in a variable. Relaxed dot products trap: constants.ts says which kernels run without them.
 */

const LOCAL_GET = 0x20;
const LOCAL_SET = 0x21;
const SIMD = 0xfd;
const MUL = [SIMD, 0xe6, 1] as const;
const ADD = [SIMD, 0xe4, 1] as const;
const MADD = 0x85;
const DOT = 0x92;
const DOT_ADD = 0x93;
const UNREACHABLE_NOP_NOP = [0, 1, 1] as const;

/** A copy of the module, of the same length. */
export function withoutRelaxedSimd(module: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = module.slice();
  for (let i = bytes.indexOf(SIMD); i >= 0; i = bytes.indexOf(SIMD, i + 1)) {
    if (bytes[i + 2] !== 2) continue;
    const instruction = bytes[i + 1];
    const variable = bytes[i + 4];
    if (instruction === MADD) bytes.set([LOCAL_SET, variable, ...MUL, LOCAL_GET, variable, ...ADD], i);
    else if (instruction === DOT || instruction === DOT_ADD) bytes.set(UNREACHABLE_NOP_NOP, i);
  }
  return bytes;
}
