/** The jobs that are shared between threads: their arguments lie at ARGUMENTS, and a unit is a range of outputs. */
import { add } from "./add";
import { attentionTile } from "./attention";
import { columnsOfRows, storeHeads } from "./copy";
import { gelu } from "./gelu";
import { layerNormRows } from "./layer-norm";
import { linearInt8 } from "./int8";
import { quantizeRows } from "./int8-rows";
import { multiplyAdds, readLines } from "./limits";
import { linear } from "./linear";
import { packInputs, packOutputs } from "./pack";
import { columnPeaks, packInputsInt8, packOutputsInt8, rowPeaks } from "./pack-int8";
import { softmaxRows } from "./softmax";

const ARGUMENTS: usize = 1024;

// @ts-expect-error: decorator
@inline
function pointer(i: i32): usize {
  return <usize>load<u32>(ARGUMENTS + (<usize>i << 2));
}
// @ts-expect-error: decorator
@inline
function int(i: i32): i32 {
  return load<i32>(ARGUMENTS + (<usize>i << 2));
}
// @ts-expect-error: decorator
@inline
function float(i: i32): f32 {
  return load<f32>(ARGUMENTS + (<usize>i << 2));
}

/**
 * One unit of a job; the numbers of jobs and arguments are those of context.ts. Argument 0: outputs of a unit, 1: of all,
 * 30: of each of the first units, 31: how many first units there are.
 */
export function jobUnit(job: i32, unit: i32, thread: i32): void {
  const firsts = int(31);
  const begin = unit < firsts ? unit * int(30) : firsts * int(30) + (unit - firsts) * int(0);
  const end = min(begin + (unit < firsts ? int(30) : int(0)), int(1));
  if (job == 0) linear(pointer(2), pointer(3), pointer(4), pointer(5), int(6), int(7), int(8), int(9), pointer(10), begin, end, thread);
  else if (job == 1) attentionUnits(begin, end, thread);
  else if (job == 2) layerNormRows(pointer(2), pointer(3), pointer(4), pointer(5), int(6), float(7), begin, end);
  else if (job == 3) softmaxRows(pointer(2), pointer(3), int(4), begin, end);
  else if (job == 4) gelu(pointer(2) + (<usize>begin << 2), pointer(3) + (<usize>begin << 2), end - begin, int(4));
  else if (job == 5) packInputs(pointer(2), pointer(3), int(4), int(9), int(5), int(6), int(7), int(8), begin, end);
  else if (job == 6) packOutputs(pointer(2), pointer(3), int(4), int(9), int(5), int(6), int(7), begin, end);
  else if (job == 7) readLines(pointer(2), begin, end, thread);
  else if (job == 8) multiplyAdds(int(2), begin, end, thread);
  else if (job == 9) columnsOfRows(pointer(2), pointer(3), int(4), int(5), int(6), begin, end);
  else if (job == 10) storeHeads(pointer(2), pointer(3), int(4), int(5), int(6), int(7), begin, end);
  else if (job == 11) quantizeRows(pointer(2), pointer(3), int(4), begin, end);
  else if (job == 12) linearInt8(pointer(2), pointer(3), pointer(4), pointer(9), pointer(5), int(6), int(7), int(8), int(10) != 0, begin, end, thread);
  else if (job == 13) columnPeaks(pointer(2), pointer(3), int(4), int(5), int(6), begin, end);
  else if (job == 14) rowPeaks(pointer(2), pointer(3), int(4), int(5), begin, end);
  else if (job == 15) packInputsInt8(pointer(2), pointer(9), pointer(3), int(4), int(5), int(6), int(7), int(8), begin, end);
  else if (job == 16) packOutputsInt8(pointer(2), pointer(9), pointer(3), int(4), int(6), int(7), begin, end);
  else if (job == 17) add(pointer(2), pointer(3), pointer(4), begin, end);
  else unreachable();
}

/** Tiles in order of heads; the longest first within a head would even out the causal triangle, but units are many. */
function attentionUnits(begin: i32, end: i32, thread: i32): void {
  const t = int(9);
  const tiles = (t + 3) >> 2;
  const s = int(13) + t;
  const scratch = pointer(8) + ((<usize>thread * 4 * s) << 2);
  for (let i = begin; i < end; i++) {
    attentionTile(
      pointer(2), pointer(3), pointer(4), pointer(5), pointer(6), pointer(7), scratch,
      i / tiles, (i % tiles) * 4, t, int(10), int(11), int(12), int(13), float(14), int(15),
    );
  }
}
