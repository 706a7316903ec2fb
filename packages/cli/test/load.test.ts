/** Models too large for the engine, and for patience. Their files are holes: a header, and zeros that no disk holds. */
import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type PresetName, presetConfig } from "@tsgpt/gpt";
import { afterAll, expect, test } from "vitest";
import { cleanEnvironment } from "./clean-environment.ts";
import { emptyFolder, tsgpt } from "./process.ts";
import type { Outcome } from "./warm.ts";

const MAIN = fileURLToPath(new URL("../dist/main.js", import.meta.url));
const folder = emptyFolder();
afterAll(() => rmSync(folder, { recursive: true }));

const REFUSED =
  "needs 7.00 GB (weights 6.23 GB in f32, cache of 1024 tokens 0.63 GB, arena 0.14 GB), the simd engine has only " +
  "4.29 GB, its memory ends at 4 GiB: dtype bf16 would fit, with 3.89 GB\n";

/** The shapes of a published size, by the names that transformers gives them. */
function shapes(preset: PresetName): [string, number[]][] {
  const { nLayer, nEmbd: c, vocabSize, nPositions } = presetConfig(preset);
  const layers = Array.from({ length: nLayer }, (_, layer): [string, number[]][] => [
    [`h.${layer}.ln_1.weight`, [c]],
    [`h.${layer}.ln_1.bias`, [c]],
    [`h.${layer}.attn.c_attn.weight`, [c, 3 * c]],
    [`h.${layer}.attn.c_attn.bias`, [3 * c]],
    [`h.${layer}.attn.c_proj.weight`, [c, c]],
    [`h.${layer}.attn.c_proj.bias`, [c]],
    [`h.${layer}.ln_2.weight`, [c]],
    [`h.${layer}.ln_2.bias`, [c]],
    [`h.${layer}.mlp.c_fc.weight`, [c, 4 * c]],
    [`h.${layer}.mlp.c_fc.bias`, [4 * c]],
    [`h.${layer}.mlp.c_proj.weight`, [4 * c, c]],
    [`h.${layer}.mlp.c_proj.bias`, [c]],
  ]);
  return [
    ["wte.weight", [vocabSize, c]],
    ["wpe.weight", [nPositions, c]],
    ...layers.flat(),
    ["ln_f.weight", [c]],
    ["ln_f.bias", [c]],
  ];
}

/** A folder with a model of that size, all of its weights 0. */
function hollowModel(preset: PresetName): string {
  const path = join(folder, preset);
  const file = join(path, "model.safetensors");
  let end = 0;
  const entries = shapes(preset).map(([name, shape]) => {
    const begin = end;
    end += 4 * shape.reduce((product, size) => product * size, 1);
    return [name, { dtype: "F32", shape, data_offsets: [begin, end] }];
  });
  const header = JSON.stringify(Object.fromEntries(entries));
  const length = new Uint8Array(new BigUint64Array([BigInt(header.length)]).buffer);
  mkdirSync(path);
  writeFileSync(file, Buffer.concat([length, Buffer.from(header)]));
  truncateSync(file, 8 + header.length + end);
  const { nLayer, nHead, nEmbd } = presetConfig(preset);
  writeFileSync(
    join(path, "config.json"),
    JSON.stringify({ model_type: "gpt2", n_layer: nLayer, n_head: nHead, n_embd: nEmbd }),
  );
  return path;
}

test("GPT-2 XL in float32 is refused by generate, logits and bench before it is read: exit code 1, the numbers, what would fit", async () => {
  const xl = hollowModel("gpt2-xl");
  const [generate, logits, bench] = await Promise.all([
    tsgpt(["generate", "--tokens", "1", "--model", xl, "--dtype", "f32"]),
    tsgpt(["logits", "--tokens", "1", "--model", xl, "--output", join(folder, "out.safetensors"), "--dtype", "f32"]),
    tsgpt(["bench", "--preset", "gpt2-xl", "--dtype", "f32"]),
  ]);
  const refusal = (name: string, command: string) => ({
    code: 1,
    stdout: "",
    stderr: `error: ${name}: ${REFUSED}see tsgpt ${command} --help\n`,
  });
  expect(generate).toEqual(refusal("model.safetensors", "generate"));
  expect(logits).toEqual(refusal("model.safetensors", "logits"));
  expect(bench).toEqual(refusal("gpt2-xl", "bench"));
});

/** Runs tsgpt on a hollow model, sends SIGINT once it has read 100 MB, and takes the time until it has ended. */
function interruptedWhileLoading(model: string): Promise<Outcome & { seconds: number }> {
  const child = spawn(process.execPath, [MAIN, "generate", "--tokens", "1", "--model", model], {
    stdio: "pipe",
    env: cleanEnvironment(),
  });
  const output = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) child[name].on("data", (piece) => (output[name] += piece));
  child.stdin.end();
  let sent = 0;
  const watch = setInterval(() => {
    const readBytes = Number(/^rchar: (\d+)/m.exec(readFileSync(`/proc/${child.pid}/io`, "utf8"))?.[1]);
    if (readBytes < 100e6) return;
    clearInterval(watch);
    sent = performance.now();
    child.kill("SIGINT");
  }, 5);
  return new Promise((resolve) => {
    child.on("close", (code) => {
      clearInterval(watch);
      resolve({ code, ...output, seconds: (performance.now() - sent) / 1000 });
    });
  });
}

test.runIf(process.platform === "linux")(
  "Ctrl-C while 3 GB are loading ends with 130, within two seconds",
  async () => {
    const { seconds, ...outcome } = await interruptedWhileLoading(hollowModel("gpt2-large"));
    expect(outcome).toEqual({ code: 130, stdout: "", stderr: "" });
    expect(seconds).toBeLessThan(2);
  },
);
