/**
 * One job at a time, cut into units that main thread and workers take from a shared counter. A unit is a range of outputs and is
 * computed the same way whoever takes it, so the result does not depend on the number of threads.
 *
 *   TICKET (i64)  job number | units of the job (20 bits) | next unit (20 bits): taking a unit is one atomic addition, and a
 *                 late worker that takes one from a job that is over sees so from the very number it got
 *   DONE          units finished; the job is over when all are, not when all workers have woken up
 *   WAKE          counts jobs; workers that found nothing for a while sleep on it
 */
import { jobUnit } from "./jobs";

const TICKET: usize = 64; // each on a cache line of its own
const DONE: usize = 128;
const WAKE: usize = 192;
const PARKED: usize = 256;
const STOP: usize = 320;
const JOB: usize = 384;
const SEEN: usize = 448; // of the main thread alone: units done at its last look,
const WAITED: usize = 452; // and milliseconds since that changed

const UNIT_BITS: i64 = 20;
const UNIT_MASK: i64 = (1 << 20) - 1;
const SPINS_OF_WORKER: i32 = 400_000;
const SPINS_OF_MAIN: i32 = 2_000_000; // some milliseconds, then it sleeps between looks
const PATIENCE: i32 = 10_000; // milliseconds without a finished unit

/** Runs units 0 .. units - 1 of a job on all threads. 0 when they are done, 1 if a worker took a unit and died. */
export function run(job: i32, units: i32): i32 {
  store<i32>(JOB, job);
  atomic.store<i32>(DONE, 0);
  const number = (atomic.load<i64>(TICKET) >> (2 * UNIT_BITS)) + 1;
  atomic.store<i64>(TICKET, (number << (2 * UNIT_BITS)) | ((<i64>units) << UNIT_BITS));
  atomic.add<i32>(WAKE, 1);
  if (atomic.load<i32>(PARKED) > 0) atomic.notify(WAKE, -1);
  takeUnits(0);
  return waitFor(units);
}

/** Runs all units on this thread alone. */
export function runAlone(job: i32, units: i32): void {
  for (let unit = 0; unit < units; unit++) jobUnit(job, unit, 0);
}

/** What a worker does until it is stopped. */
export function work(thread: i32): void {
  while (!atomic.load<i32>(STOP)) {
    const wake = atomic.load<i32>(WAKE);
    for (let spins = 0; spins < SPINS_OF_WORKER && !hasUnits() && atomic.load<i32>(WAKE) == wake; spins++) {}
    if (hasUnits()) takeUnits(thread);
    else if (atomic.load<i32>(WAKE) == wake) {
      atomic.add<i32>(PARKED, 1);
      atomic.wait<i32>(WAKE, wake, 1_000_000_000);
      atomic.sub<i32>(PARKED, 1);
    }
  }
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
    jobUnit(load<i32>(JOB), <i32>unit, thread);
    atomic.add<i32>(DONE, 1);
  }
}

function waitFor(units: i32): i32 {
  for (let spins = 0; spins < SPINS_OF_MAIN; spins++) if (atomic.load<i32>(DONE) == units) return 0;
  store<i32>(SEEN, -1);
  store<i32>(WAITED, 0);
  while (atomic.load<i32>(DONE) != units) {
    atomic.wait<i32>(DONE, atomic.load<i32>(DONE), <i64>nap() * 1_000_000);
    if (hasWaitedTooLong()) return 1;
  }
  return 0;
}

/** Milliseconds to the next look: 1, and later a sixteenth of the time so far, for a look can take 4 by itself. */
function nap(): i32 {
  return 1 + (load<i32>(WAITED) >> 4);
}

/**
 * Counts the nap, from 0 again whenever a unit has been finished. What it counts with lies in memory: locals that change in a
 * loop around atomic.wait are lost in the baseline code of Node 20's V8, and a loop that runs once is never compiled again.
 */
function hasWaitedTooLong(): bool {
  const done = atomic.load<i32>(DONE);
  store<i32>(WAITED, done == load<i32>(SEEN) ? load<i32>(WAITED) + nap() : 0);
  store<i32>(SEEN, done);
  return load<i32>(WAITED) > PATIENCE;
}
