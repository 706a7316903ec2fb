/**
 * pnpm conformance: TSGPT_GPT2 names a folder with GPT-2 124M (config.json, model.safetensors, a tokenizer). Prints a table value by
 * value; exit code 1 if one fails. Without a folder everything is skipped, aloud, and the exit code is 0.
 */
import { readFileSync } from "node:fs";
import { createEngine } from "@tsgpt/tensor";
import { conformance, formatRow, type Published } from "./conformance.ts";

const published: Published[] = JSON.parse(readFileSync(new URL("published.json", import.meta.url), "utf8"));
const folder = process.env["TSGPT_GPT2"] || undefined;
const engine = await createEngine();
const counts = { pass: 0, FAIL: 0, skipped: 0 };

console.log(folder ? `${folder}, ${engine.kernelSet} kernels` : "TSGPT_GPT2 is not set: no weights to run");
try {
  for await (const row of conformance(published, folder, engine)) {
    counts[row.verdict]++;
    console.log(formatRow(row));
  }
  console.log(`${counts.pass} passed, ${counts.FAIL} failed, ${counts.skipped} skipped`);
  process.exitCode = counts.FAIL > 0 ? 1 : 0;
} catch (error) {
  console.error(`error: ${(error as Error).message}`);
  process.exitCode = 1;
}
