/** The generator of assembly/dispatch.ts: what it writes, and each way in which table and kernels can disagree. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { dispatchOf, readJobs } from "../kernel-dispatch.js";
import { FIRST_BACKWARD_JOB } from "../src/kernels/simd/constants.ts";
import { JOBS } from "../src/kernels/simd/jobs.ts";

const scale = "export function scale(out: usize, factor: f32, begin: i32, end: i32): void {}";
const table = { scale: { out: "pointer", factor: "float" } };

test("the table is read from jobs.ts as TypeScript reads it", async () => {
  const text = readFileSync(new URL("../src/kernels/simd/jobs.ts", import.meta.url), "utf8");
  expect(JSON.stringify(await readJobs(text))).toBe(JSON.stringify(JOBS));
});

test("no job of the first module has a number of the second", () => {
  expect(Object.keys(JOBS).length).toBeLessThanOrEqual(FIRST_BACKWARD_JOB);
});

test("a text without a table is an error", async () => {
  await expect(readJobs("export const jobs = {};")).rejects.toThrow(
    "jobs.ts: no `export const JOBS = { ... } as const`",
  );
});

test("a job calls its kernel with its slots and the range", () => {
  const text = dispatchOf(table, { "scale.ts": scale }, 4, 32);
  expect(text).toContain('import { scale } from "./scale";');
  expect(text).toContain("  if (job == 0) scale(pointer(4), float(5), begin, end);\n  else unreachable();");
});

test("jobs of a second module are numbered after those of the first, which hands over what it does not have", () => {
  const second = dispatchOf(table, { "scale.ts": scale }, 4, 32, { first: 64, slots: "../slots" });
  expect(second).toContain("  if (job == 64) scale(pointer(4), float(5), begin, end);\n  else unreachable();");
  expect(second).toContain('import { float, int, pointer } from "../slots";');
  const first = dispatchOf(table, { "scale.ts": scale }, 4, 32, { otherwise: "more" });
  expect(first).toContain('import { more } from "./more";');
  expect(first).toContain("  else more(job, begin, end, thread);");
});

test("a kernel that asks for the thread gets it", () => {
  const text = dispatchOf(table, { "scale.ts": scale.replace("end: i32", "end: i32, thread: i32") }, 4, 32);
  expect(text).toContain("scale(pointer(4), float(5), begin, end, thread);");
});

test("a kernel over several lines is read", () => {
  const lines = scale.replace("(", "(\n  ").replace("):", ",\n):");
  expect(dispatchOf(table, { "scale.ts": lines }, 4, 32)).toContain("scale(pointer(4), float(5), begin, end);");
});

test.each([
  ["an argument that the kernel lacks", { scale: { ...table.scale, n: "int" } }],
  ["an argument that the table lacks", { scale: { out: "pointer" } }],
  ["another order", { scale: { factor: "float", out: "pointer" } }],
  ["another name", { scale: { out: "pointer", by: "float" } }],
  ["another type", { scale: { out: "pointer", factor: "int" } }],
])("%s is an error that shows both", (_, jobs) => {
  expect(() => dispatchOf(jobs, { "scale.ts": scale }, 4, 32)).toThrow(
    /job scale: jobs.ts asks for \(.*\), with or without thread: i32; assembly\/scale.ts has \(out: usize, factor: f32, begin: i32, end: i32\)/,
  );
});

test("a job without a kernel, or with two, is an error", () => {
  const message = (count: number) => `job scale: ${count} files in assembly/ export a function of that name, must be 1`;
  expect(() => dispatchOf(table, {}, 4, 32)).toThrow(message(0));
  expect(() => dispatchOf(table, { "a.ts": scale, "b.ts": scale }, 4, 32)).toThrow(message(2));
});

test("more arguments than slots are an error", () => {
  expect(() => dispatchOf(table, { "scale.ts": scale }, 4, 5)).toThrow("job scale: 2 arguments, at most 1 fit");
});
