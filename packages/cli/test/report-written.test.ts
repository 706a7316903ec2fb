import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { reportWritten } from "../src/terminal/report-written.ts";
import { emptyFolder } from "./process.ts";

test("where it is, what it holds and how large it is, a folder with all its files", async () => {
  const folder = emptyFolder();
  writeFileSync(join(folder, "a"), Buffer.alloc(1_000_000));
  writeFileSync(join(folder, "b"), Buffer.alloc(2345));
  const spy = vi.spyOn(process.stderr, "write").mockReturnValue(true);
  await reportWritten(join(folder, "b"), "a few tensors");
  await reportWritten(folder, "a model");
  const written = spy.mock.calls.map(([text]) => String(text)).join("");
  spy.mockRestore();
  expect(written).toBe(`wrote ${join(folder, "b")}: a few tensors; 2.35 kB\nwrote ${folder}: a model; 1.00 MB\n`);
});
