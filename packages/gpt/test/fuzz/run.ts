/** pnpm fuzz [--inputs N] [--seed N] [--output FILE]: fuzzes the readers of files and reports. Exit code 1 if anything was found. */
import { closeSync, openSync, writeSync } from "node:fs";
import { parseArgs } from "node:util";
import { fuzzFiles } from "./fuzz-files.ts";
import { fuzzSafetensors } from "./fuzz-safetensors.ts";
import { fuzzText, textReaders } from "./fuzz-texts.ts";
import { fuzzTokenizer, mutationKinds } from "./tokenizer-mutations.ts";

const { values } = parseArgs({
  options: {
    inputs: { type: "string", default: "100000" },
    seed: { type: "string", default: "1" },
    /** Every input and the gate's verdict, for tools/reference/judge_fuzz.py. */
    output: { type: "string" },
  },
});
const inputs = Number(values.inputs);
const seed = Number(values.seed);
if (!(Number.isSafeInteger(inputs) && inputs > 0 && Number.isSafeInteger(seed) && seed >= 0)) {
  console.error("error: --inputs and --seed must be whole numbers");
  process.exit(2);
}

/** For each input: its length as little-endian u32, 1 if the gate took it and 0 if not, its bytes. */
function recorder(path: string) {
  const file = openSync(path, "w");
  const onInput = (input: Uint8Array, accepted: boolean) => {
    const head = Buffer.alloc(5);
    head.writeUInt32LE(input.length);
    head[4] = accepted ? 1 : 0;
    writeSync(file, Buffer.concat([head, input]));
  };
  return { onInput, close: () => closeSync(file) };
}

const start = performance.now();
const record = values.output === undefined ? undefined : recorder(values.output);
const report = await fuzzSafetensors({ inputs, seed, files: fuzzFiles, ...(record && { onInput: record.onInput }) });
record?.close();
const seconds = () => ((performance.now() - start) / 1000).toFixed(0);
console.log(
  `safetensors: ${report.inputs} inputs, seed ${seed}, ${seconds()} s, slowest ${report.slowest.toFixed(1)} ms`,
);
console.log(`  ${report.accepted} accepted; ${report.answers.size} kinds of answers`);
const findings = [...report.findings];
if (report.slowest > 1000) findings.push("an input took more than a second");
for (const reader of textReaders) {
  const count = Math.ceil(inputs / 10);
  const found = await fuzzText(reader, count, seed);
  console.log(`${reader.name}: ${count} inputs, ${found.length} findings`);
  findings.push(...found);
}
for (const kind of mutationKinds) {
  const count = Math.ceil(inputs / 10);
  const found = fuzzTokenizer(kind, count, seed);
  console.log(`tokenizer by ${kind.name}: ${count} inputs, ${found.length} findings`);
  findings.push(...found);
}
console.log(`${findings.length} findings, ${seconds()} s in all`);
for (const finding of findings) console.log(`  ${finding}`);
process.exitCode = findings.length === 0 ? 0 : 1;
