/** The table of jobs: what an argument's name does, and what does not compile. */
import { expect, test } from "vitest";
import { FIRST_ARGUMENT, SLOT_COUNT } from "../src/kernels/simd/constants.ts";
import { createJobs, JOBS } from "../src/kernels/simd/jobs.ts";

/** Jobs over slots of their own, and what was run. */
function recorded() {
  const ints = new Int32Array(SLOT_COUNT);
  const floats = new Float32Array(ints.buffer);
  const runs: unknown[][] = [];
  return { ints, floats, runs, jobs: createJobs(JOBS, 3, ints, floats, (...run) => runs.push(run)) };
}

test("arguments go into the slots in the table's order, whatever order they are set in", () => {
  const { jobs, ints, floats } = recorded();
  jobs.layerNorm.epsilon(0.5).n(768).bias(4).weight(3).x(2).out(1);
  expect([...ints.subarray(FIRST_ARGUMENT, FIRST_ARGUMENT + 5)]).toEqual([1, 2, 3, 4, 768]);
  expect(floats[FIRST_ARGUMENT + 5]).toBe(0.5);
});

test("a job runs under its place in the table after the first number, which is its number in the dispatch", () => {
  const { jobs, runs } = recorded();
  jobs.add.out(0).a(0).b(0).run(10, 5);
  jobs.linear.out(0).x(0).weight(0).bias(0).m(1).k(1).n(1).dtype(0).scratch(0).run(10, 2, 4);
  const numberOf = (name: string) => 3 + Object.keys(JOBS).indexOf(name);
  expect(runs).toEqual([
    [numberOf("add"), 10, 5, undefined],
    [numberOf("linear"), 10, 2, 4],
  ]);
});

test("a forgotten argument, a misspelled one, one set twice and a wrong type do not compile", () => {
  const { jobs } = recorded();
  const two = jobs.softmax.out(1).x(2);
  // @ts-expect-error: n is not set
  two.run;
  // @ts-expect-error: softmax has no rows
  two.rows;
  // @ts-expect-error: x is set already
  two.x;
  // @ts-expect-error: there is no such job
  jobs.softMax;
  // @ts-expect-error: a size is a number
  two.n("768");
  expect(two.n(768).run).toBeTypeOf("function");
});
