/** tsgpt and the hub, as a user meets them: against a hub on loopback, in a cache of the test's own. */
import { spawn } from "node:child_process";
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { modelOf } from "../../hub/test/hub-model.ts";
import { sha256 } from "../../hub/test/local-hub.ts";
import { cleanEnvironment } from "./clean-environment.ts";
import { emptyFolder, fixture, tsgpt } from "./process.ts";
import { large, useHub } from "./use-hub.ts";

const at = useHub();
const IDS = ["--tokens", "1,2,3", "--max-tokens", "4", "--greedy", "--quiet"];

/** Three lines at most, and none of them a stack. */
async function fails(args: string[], message: RegExp, more: Record<string, string> = {}, code = 1): Promise<void> {
  const outcome = await at.run(args, more);
  expect(outcome.stderr).toMatch(message);
  expect(outcome.stderr.trimEnd().split("\n").length).toBeLessThanOrEqual(3);
  expect(outcome.stderr).toMatch(/see tsgpt \w+ --help\n$/);
  expect(outcome).toMatchObject({ code, stdout: "" });
}

describe("generate --model org/name", () => {
  test("downloads, says what, and generates; afterwards offline and at once", async () => {
    const first = await at.run(["generate", ...IDS, "--model", "org/tied"]);
    expect(first.code).toBe(0);
    expect(first.stderr).toMatch(/^downloading \d+ parameters, \d\.\d\d MB\n$/);
    at.hub.asked.length = 0;
    const second = await at.run(["generate", ...IDS, "--model", "org/tied"]);
    expect(second.stderr).toBe("");
    expect(at.hub.asked).toEqual([]);
    const offline = await at.run(["generate", ...IDS, "--model", "org/tied"], {
      HF_HUB_OFFLINE: "1",
      HF_ENDPOINT: "http://127.0.0.1:2",
    });
    expect(offline.code).toBe(0);
    expect(new Set([first, second, offline].map(({ stdout }) => stdout)).size).toBe(1);
  });

  test("names the model by its id, not by its commit", async () => {
    const { stdout } = await at.run(["generate", ...IDS, "--json", "--model", "org/tied"]);
    expect(JSON.parse(stdout).model).toBe("org/tied");
  });

  test("a short name", async () => {
    const { stdout } = await at.run(["generate", ...IDS, "--json", "--model", "gpt2"]);
    expect(JSON.parse(stdout).model).toBe("openai-community/gpt2");
    expect(readdirSync(at.cacheDir)).toContain("models--openai-community--gpt2");
  });

  test.each([
    ["logits", ["--tokens", "1,2", "--output", "OUT"]],
    ["bench", ["--prompt-tokens", "2", "--new-tokens", "2", "--runs", "1", "--json"]],
    ["tokens", ["hello"]],
  ])("and so does %s, at a revision, in another cache", async (command, args) => {
    const other = emptyFolder();
    const output = join(other, "out.safetensors");
    const model = ["--model", "org/tied", "--revision", "v1", "--cache-dir", other];
    const { code, stderr } = await at.run([command, ...args.map((arg) => (arg === "OUT" ? output : arg)), ...model]);
    expect([code, stderr]).toEqual([0, expect.stringMatching(/^downloading /)]);
    expect(readdirSync(join(other, "models--org--tied/refs"))).toEqual(["v1"]);
    expect(readdirSync(at.cacheDir)).toEqual([]);
    rmSync(other, { recursive: true });
  });

  test("tokens fetches the tokenizer alone", async () => {
    expect((await at.run(["tokens", "hello", "--model", "org/tied"])).code).toBe(0);
    expect(at.hub.asked.map(({ name }) => name).filter(Boolean)).toEqual(["tokenizer.json"]);
  });

  test("a folder of that name goes before the hub", async () => {
    cpSync(fixture("tiny-tied"), join(at.cacheDir, "org/tied"), { recursive: true });
    const { code } = await tsgpt(["generate", ...IDS, "--model", "org/tied"], { env: at.env, cwd: at.cacheDir });
    expect([code, at.hub.asked]).toEqual([0, []]);
  });
});

describe("one clear line, exit code 1:", () => {
  test.each<[string, string[], RegExp]>([
    [
      "no such model",
      ["generate", "x", "--model", "org/nope"],
      /^error: org\/nope: no such model .*\(HTTP 401\)\nand there is no folder "org\/nope"\n/,
    ],
    [
      "no such revision",
      ["generate", "x", "--model", "org/tied", "--revision", "v9"],
      /org\/tied at v9: the model has no such revision \(HTTP 404\)/,
    ],
    [
      "a pickle",
      ["generate", "x", "--model", "org/pickle"],
      /^error: org\/pickle: .*pickle, which can run any code.*refs\/pr\/N/,
    ],
    [
      "another architecture",
      ["pull", "org/llama"],
      /^error: org\/llama: config\.json: "model_type" is "llama": only "gpt2" is supported/,
    ],
    ["a gated model", ["pull", "org/gated"], /requires a token, and its terms accepted.*\(HTTP 403\)/],
    [
      "offline",
      ["generate", "x", "--model", "org/tied", "--offline"],
      /org\/tied: offline .*revision "main" is not in /,
    ],
    [
      "what is not there to remove",
      ["remove", "org/tied", "--yes"],
      /org\/tied is not in .*; tsgpt models lists what is/,
    ],
    ["info of what is not there", ["info", "org/nope"], /no such model .*\nand there is no folder/],
  ])("%s", (_, args, message) => fails(args, message));

  test("no hub there", () =>
    fails(["pull", "gpt2"], /^error: cannot reach 127\.0\.0\.1:2 \(ECONNREFUSED\)/, {
      HF_ENDPOINT: "http://127.0.0.1:2",
    }));

  test("pull while offline", () =>
    fails(["pull", "gpt2"], /offline \(HF_HUB_OFFLINE\): the hub cannot be asked/, { HF_HUB_OFFLINE: "true" }));

  test("a token is not shown", () =>
    fails(["pull", "org/gated"], /^(?!.*hf_wrong).*if the model is gated/, { HF_TOKEN: "hf_wrong" }));

  test("a wrong hash, and nothing that looks whole", async () => {
    at.hub.fault = ({ kind, range }) =>
      kind === "store" && range === undefined ? { body: modelOf(2_000_000, 2)["model.safetensors"] } : undefined;
    const { code, stderr } = await at.run(["pull", "org/large"]);
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /\nerror: org\/large: model\.safetensors: its SHA-256 is .*; it is deleted\nsee tsgpt pull --help\n$/,
    );
    expect(readdirSync(join(at.cacheDir, "models--org--large/blobs"))).toHaveLength(1); // the config
  });

  test.runIf(existsSync("/dev/full"))("a full disk", async () => {
    await at.run(["pull", "org/large"]);
    const blobs = join(at.cacheDir, "models--org--large/blobs");
    const weights = sha256(large["model.safetensors"]);
    rmSync(join(blobs, weights));
    symlinkSync("/dev/full", join(blobs, `${weights}.incomplete`));
    const { code, stderr } = await at.run(["pull", "org/large"]);
    expect([code, stderr]).toEqual([1, expect.stringMatching(/the disk is full; free some space and run again/)]);
  });
});

describe("pull", () => {
  test("prints the folder, which is a model", async () => {
    const { stdout } = await at.run(["pull", "org/tied"]);
    expect((await at.run(["generate", ...IDS, "--model", stdout.trim()])).code).toBe(0);
  });

  test("--json", async () => {
    const commit = at.hub.commitOf("org/tied");
    const { stdout } = await at.run(["pull", "org/tied", "--revision", "v1", "--json"]);
    const folder = join(at.cacheDir, "models--org--tied/snapshots", commit);
    expect(JSON.parse(stdout)).toEqual({ id: "org/tied", revision: "v1", commit, folder });
  });

  test("of a server that is too busy, then is not: no word of it", async () => {
    let left = 5;
    const busy = { status: 429, headers: { "retry-after": "0" } };
    at.hub.fault = ({ kind }) => (kind === "revision" && left-- > 0 ? busy : undefined);
    const { code, stderr } = await at.run(["pull", "org/tied"]);
    expect([code, stderr]).toEqual([0, expect.stringMatching(/^downloading [^\n]*\n$/)]);
  });

  test("of a server that stays too busy: one line, after six tries", async () => {
    at.hub.fault = () => ({ status: 429, headers: { "retry-after": "0" } });
    const { code, stderr } = await at.run(["pull", "org/tied"]);
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^error: org\/tied: too many requests to [\d.:]+ \(HTTP 429\) \(tried 6 times; try again later\)\nsee /,
    );
    expect(at.hub.asked).toHaveLength(6);
  });

  test("Ctrl-C ends with 130 and keeps the part; the next run says so, and resumes", async () => {
    at.hub.fault = ({ kind, range }) =>
      kind === "store" && range === undefined ? { bytesPerSecond: 1_000_000 } : undefined;
    const pull = spawnPull("org/large");
    await until(() => at.hub.sentBytes > 500_000);
    pull.child.kill("SIGINT");
    expect(await pull.ended).toMatchObject({ code: 130, stderr: expect.stringMatching(/^downloading [^\n]*\n$/) });
    const second = await at.run(["pull", "org/large"]);
    expect(second.stderr).toMatch(/^downloading .*; resuming at [\d.]+ [kM]B\n$/);
    expect(at.hub.asked.at(-1)?.range).toMatch(/^bytes=\d+-$/);
    expect(sha256(readFileSync(join(second.stdout.trim(), "model.safetensors")))).toBe(
      sha256(large["model.safetensors"]),
    );
  });
});

const MAIN = fileURLToPath(new URL("../dist/main.js", import.meta.url));

function spawnPull(model: string) {
  const child = spawn(process.execPath, [MAIN, "pull", model], {
    stdio: "pipe",
    env: { ...cleanEnvironment(), ...at.env },
  });
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (piece: string) => (stderr += piece));
  const ended = new Promise<{ code: number | null; stderr: string }>((resolve) => {
    child.on("close", (code) => resolve({ code, stderr }));
  });
  return { child, ended };
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 2));
}

test("two processes at once share one download: the second waits, says so, and uses the first's", async () => {
  at.hub.fault = ({ kind, range }) =>
    kind === "store" && range === undefined ? { bytesPerSecond: 4_000_000 } : undefined;
  const both = [spawnPull("org/large"), spawnPull("org/large")];
  const outcomes = await Promise.all(both.map(({ ended }) => ended));
  expect(outcomes.map(({ code }) => code)).toEqual([0, 0]);
  expect(
    outcomes.filter(({ stderr }) => stderr === "another process is downloading this model: waiting\n"),
  ).toHaveLength(1);
  expect(at.hub.asked.filter(({ kind, range }) => kind === "store" && range === undefined)).toHaveLength(1);
  expect(readdirSync(join(at.cacheDir, "models--org--large/blobs"))).toHaveLength(2);
});
