/** A job is cut into units, ranges of its outputs, which threads take one by one. */
import { FIRST_UNITS, OUTPUTS, OUTPUTS_PER_FIRST_UNIT, OUTPUTS_PER_UNIT } from "../constants";
import { runJob } from "./dispatch";
import { int } from "./slots";

/** One unit of a job. */
export function runUnit(job: i32, unit: i32, thread: i32): void {
  const firsts = int(FIRST_UNITS), perFirst = int(OUTPUTS_PER_FIRST_UNIT), perUnit = int(OUTPUTS_PER_UNIT);
  const begin = unit < firsts ? unit * perFirst : firsts * perFirst + (unit - firsts) * perUnit;
  const end = min(begin + (unit < firsts ? perFirst : perUnit), int(OUTPUTS));
  runJob(job, begin, end, thread);
}
