/** tsgpt models, info and remove: what the cache holds, what a model is, and how it goes again. */
import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { formatBytes } from "../src/terminal/format-bytes.ts";
import { fixture } from "./process.ts";
import { shippedModel } from "./shipped-model.ts";
import { tied, useHub } from "./use-hub.ts";

const at = useHub();

describe("models", () => {
  test("lists the bundled and the cached, with size, parameters and what they run in", async () => {
    await at.run(["pull", "org/tied"]);
    writeFileSync(join(at.cacheDir, "models--org--tied/blobs/abc.incomplete"), "");
    const { stdout } = await at.run(["models"]);
    const commit = at.hub.commitOf("org/tied").slice(0, 7);
    expect(stdout).toMatch(/^model +revision +size +parameters +runs in\n/);
    const shipped = await shippedModel();
    const [size, parameters] = [formatBytes(shipped.bytes), shipped.parameters.toLocaleString("en")];
    expect(stdout.replaceAll(/ +/g, " ")).toContain(
      `\nfairytales bundled ${size} ${parameters} f32, f16, bf16, int8\n`,
    );
    expect(stdout).toMatch(new RegExp(`\norg/tied +main ${commit} +\\d\\.\\d\\d MB +[\\d,]+ +f32, f16, bf16, int8\n`));
    expect(stdout).toMatch(`cache: ${at.cacheDir}\n`);
  });

  test("--json; what could not run says why", async () => {
    await at.run(["tokens", "x", "--model", "org/llama"]);
    const { stdout } = await at.run(["models", "--json"]);
    const [bundled, llama] = JSON.parse(stdout);
    expect(bundled).toMatchObject({
      id: "fairytales",
      bundled: true,
      commit: null,
      parameters: (await shippedModel()).parameters,
      problem: null,
    });
    expect(llama).toMatchObject({
      id: "org/llama",
      refs: ["main"],
      parameters: null,
      runsIn: [],
      problem: expect.stringMatching(/^config\.json: is not in/),
    });
  });

  test("--cache-dir, and a cache that is not there", async () => {
    const { code, stdout } = await at.run(["models", "--json", "--cache-dir", join(at.cacheDir, "none")]);
    expect([code, JSON.parse(stdout).length]).toEqual([0, 1]);
  });
});

describe("info", () => {
  test("of a model on the hub: no weights, and nothing kept", async () => {
    const { stdout } = await at.run(["info", "org/large"]);
    expect(stdout).toMatch(/^org\/large at [0-9a-f]{40}\nwhere +on the hub; tsgpt pull downloads it\n/);
    expect(stdout).toMatch(
      /\nshape +1 layers, 1 heads, 16 channels, context 8, vocabulary 31250, gelu_new, tied head\n/,
    );
    expect(stdout).toMatch(/\nparameters +503,\d+, 2\.0\d MB: 503,\d+ in F32\n/);
    expect(stdout.match(/\n {2}(f32|f16|bf16|int8) /g)).toHaveLength(4);
    expect(at.hub.sentBytes).toBeLessThan(10_000);
    expect(readdirSync(at.cacheDir)).toEqual([]);
  });

  test("--json of a folder", async () => {
    const { stdout } = await at.run(["info", fixture("tiny-f16"), "--json"]);
    const info = JSON.parse(stdout);
    expect(info).toMatchObject({
      model: fixture("tiny-f16"),
      folder: fixture("tiny-f16"),
      dtypes: { F16: info.parameters },
    });
    expect(info.memory.f16.weights).toBeLessThan(info.memory.f32.weights);
    expect(info.runsIn).toEqual(["f32", "f16", "bf16", "int8"]);
  });
});

describe("remove", () => {
  test("says what was freed, and it is gone", async () => {
    await at.run(["pull", "org/tied"]);
    const { code, stdout } = await at.run(["remove", "org/tied", "--yes"]);
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^org\/tied: \d\.\d\d MB freed\n$/)]);
    expect(existsSync(join(at.cacheDir, "models--org--tied"))).toBe(false);
  });

  test("--json of a revision", async () => {
    await at.run(["pull", "org/tied"]);
    const bytes = Object.values(tied).reduce((sum, { length }) => sum + length, 0);
    const { stdout } = await at.run(["remove", "org/tied", "--revision", "main", "--yes", "--json"]);
    expect(JSON.parse(stdout)).toEqual({ id: "org/tied", commits: [at.hub.commitOf("org/tied")], bytes });
  });
});
