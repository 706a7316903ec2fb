/**
 * One job at a time, split into units that the main thread and the workers take from a shared counter. A unit is a
 * range of outputs and is computed the same way by any thread, so the result does not depend on the number of threads.
 *
 *   TICKET (i64)  job number | units of the job (20 bits) | next unit (20 bits): taking a unit is one atomic addition;
 *                 a late worker that takes one from a finished job sees this in the number it gets
 *   DONE          units finished; the job is over when all are, not when all workers have woken up
 *   WAKE          counts jobs; workers that find nothing for a while sleep on it
 *
 * Threads spin here and sleep in JavaScript (threads/worker.ts, threads/pool.ts): around atomic.wait the baseline code
 * of V8 in Node 20 loses locals, so that a wait never ended, or a worker lost its thread number.
 */
import { DONE, PARKED, STOP, TICKET, WAKE } from "../constants";
import { runUnit } from "./units";

const JOB: usize = 384; // the number of the job that is running

const UNIT_BITS: i64 = 20;
const UNIT_MASK: i64 = (1 << 20) - 1;
const SPINS_OF_WORKER: i32 = 400_000; // about a millisecond: longer than the gap between two jobs of a decode step
const SPINS_OF_MAIN: i32 = 2_000_000; // a few milliseconds

/** Runs units 0 .. units - 1 of a job on all threads. Returns how many are done when this thread stops spinning. */
export function run(job: i32, units: i32): i32 {
  store<i32>(JOB, job);
  atomic.store<i32>(DONE, 0);
  const number = (atomic.load<i64>(TICKET) >> (2 * UNIT_BITS)) + 1;
  atomic.store<i64>(TICKET, (number << (2 * UNIT_BITS)) | ((<i64>units) << UNIT_BITS));
  atomic.add<i32>(WAKE, 1);
  if (atomic.load<i32>(PARKED) > 0) atomic.notify(WAKE, -1);
  takeUnits(0);
  for (let spins = 0; spins < SPINS_OF_MAIN && atomic.load<i32>(DONE) != units; spins++) {}
  return atomic.load<i32>(DONE);
}

/** Runs all units on this thread alone. */
export function runAlone(job: i32, units: i32): void {
  for (let unit = 0; unit < units; unit++) runUnit(job, unit, 0);
}

/** Takes units until none has come for a while. Returns the value of WAKE to sleep on. */
export function work(thread: i32): i32 {
  let wake: i32;
  do {
    wake = atomic.load<i32>(WAKE);
    for (let spins = 0; spins < SPINS_OF_WORKER && !hasUnits() && atomic.load<i32>(WAKE) == wake; spins++) {}
    takeUnits(thread);
  } while (atomic.load<i32>(WAKE) != wake);
  return wake;
}

/** Ends all workers. */
export function stop(): void {
  atomic.store<i32>(STOP, 1);
  atomic.add<i32>(WAKE, 1);
  atomic.notify(WAKE, -1);
}

function hasUnits(): bool {
  const ticket = atomic.load<i64>(TICKET);
  return (ticket & UNIT_MASK) < ((ticket >> UNIT_BITS) & UNIT_MASK);
}

function takeUnits(thread: i32): void {
  while (hasUnits()) {
    const ticket = atomic.add<i64>(TICKET, 1);
    const unit = ticket & UNIT_MASK;
    if (unit >= ((ticket >> UNIT_BITS) & UNIT_MASK)) return;
    runUnit(load<i32>(JOB), <i32>unit, thread);
    atomic.add<i32>(DONE, 1);
  }
}
