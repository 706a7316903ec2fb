/** Bad input ends in at most three clear lines and an exit code: 2 for a usage error, 1 for a failure; nothing half-written. */
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { fails } from "./fails.ts";
import { emptyFolder, fixture, tsgpt } from "./process.ts";

const TINY = fixture("tiny-tied");
const IDS = ["--tokens", "1,2,3"];
const KEY = ["--watermark-key", "42"];

/** A copy of the tiny model that `change` has broken. */
function broken(change: (folder: string) => void, from = "tiny-tied"): string {
  const folder = emptyFolder();
  cpSync(fixture(from), folder, { recursive: true });
  change(folder);
  return folder;
}

const changeConfig = (change: Record<string, unknown>) => (folder: string) => {
  const path = join(folder, "config.json");
  writeFileSync(path, JSON.stringify({ ...JSON.parse(readFileSync(path, "utf8")), ...change }));
};

/** Rewrites the header of model.safetensors; the tensors' bytes stay. */
const changeHeader = (change: (header: Record<string, { shape: number[] }>) => void) => (folder: string) => {
  const path = join(folder, "model.safetensors");
  const bytes = readFileSync(path);
  const end = 8 + Number(bytes.readBigUInt64LE(0));
  const header = JSON.parse(bytes.subarray(8, end).toString("utf8"));
  change(header);
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  writeFileSync(path, Buffer.concat([length, text, bytes.subarray(end)]));
};

/** Fills every tensor with NaN. */
function poison(folder: string): void {
  const path = join(folder, "model.safetensors");
  const bytes = readFileSync(path);
  bytes.fill(0xff, 8 + Number(bytes.readBigUInt64LE(0)));
  writeFileSync(path, bytes);
}

describe.concurrent("a failure, exit code 1:", () => {
  test("no such model folder, with the names there are", () =>
    fails(
      1,
      ["generate", "x", "--model", "fairytale"],
      /no such model folder: "fairytale"\nbundled models: fairytales; of the hub: org\/name, distilgpt2, gpt2/,
    ));

  test.each<[string, (folder: string) => void, RegExp]>([
    ["config.json missing", (folder) => rmSync(join(folder, "config.json")), /config\.json: is not in/],
    ["config.json not JSON", (folder) => writeFileSync(join(folder, "config.json"), "{"), /config\.json.*JSON/],
    [
      "config.json with wrong types",
      changeConfig({ n_layer: "two" }),
      /config\.json.*n_layer.* got "two" \(string\)\n/,
    ],
    ["config.json with absurd values", changeConfig({ n_layer: 1e8 }), /config\.json.*n_layer.*at most 10000/],
    ["another architecture", changeConfig({ model_type: "llama" }), /model_type/],
    ["safetensors truncated", (folder) => truncateSync(join(folder, "model.safetensors"), 500), /model\.safetensors/],
    [
      "a header longer than the file",
      (folder) => writeFileSync(join(folder, "model.safetensors"), Buffer.alloc(9, 0xff)),
      /model\.safetensors.*header/,
    ],
    [
      "a tensor of the wrong shape",
      changeHeader((header) => (header["transformer.wpe.weight"] ?? header["wpe.weight"])?.shape.reverse()),
      /wpe\.weight.*asks for/,
    ],
    [
      "a tensor missing",
      changeHeader((header) => {
        const name = "transformer.ln_f.bias" in header ? "transformer.ln_f.bias" : "ln_f.bias";
        header["unknown"] = header[name] as { shape: number[] };
        delete header[name];
      }),
      /ln_f\.bias.*is missing/,
    ],
  ])("%s", async (_, change, message) => {
    await fails(1, ["generate", "--model", broken(change), ...IDS], message);
  });

  test("NaN weights load; generation stops and names the position", async () => {
    const { code, stdout, stderr } = await tsgpt(["generate", "--model", broken(poison), ...IDS]);
    expect(code).toBe(1);
    expect(stdout).toBe("1 2 3\n");
    expect(stderr).toMatch(/^error: the logits at position 3 are NaN/);
  });

  test("an empty prompt for a model without bos and eos", () =>
    fails(
      1,
      ["generate", "", "--model", broken(changeConfig({ bos_token_id: undefined, eos_token_id: undefined }))],
      /the prompt is empty/,
    ));

  test("a prompt longer than the context", () => {
    const many = Array.from({ length: 2000 }, () => 1).join();
    return fails(
      1,
      ["generate", "--model", TINY, "--tokens", many],
      /the prompt has 2,000 tokens; the model takes 24;/,
    );
  });

  test.each(["generate", "logits"])("%s: a token id out of range", (command) => {
    const output = command === "logits" ? ["--output", join(emptyFolder(), "x.safetensors")] : [];
    return fails(
      1,
      [command, "--model", TINY, "--tokens", "1,999999", ...output],
      /the prompt's token id 999999 is out of range; ids go from 0 to 60/,
    );
  });

  test("a draft of another vocabulary", () =>
    fails(1, ["generate", "x", "--draft-model", TINY], /"tiny-tied" has 61 tokens, "fairytales" has \d+/));

  test("a file of prompts that is not there", () =>
    fails(1, ["generate", "--file", "nowhere.txt"], /cannot read "nowhere.txt": ENOENT/));

  test("a draft that is not there", () =>
    fails(1, ["generate", "x", "--draft-model", "nowhere"], /no such model folder: "nowhere"/));

  test("text for a model without tokenizer", () =>
    fails(1, ["generate", "x", "--model", TINY], /has no tokenizer, so a prompt must be given as token ids/));

  test("--stop for a model without tokenizer", () =>
    fails(1, ["generate", "--model", TINY, ...IDS, "--stop", "x"], /stop strings need/));

  test("logits: a place that cannot be written, and nothing is left", async () => {
    const folder = emptyFolder();
    const output = join(folder, "missing", "x.safetensors");
    await fails(1, ["logits", "--model", TINY, ...IDS, "--output", output], /cannot write/);
    await fails(1, ["logits", "--model", TINY, ...IDS, "--output", folder], /cannot write/);
    expect(readdirSync(folder)).toEqual([]);
  });

  test.each([
    ["logits", ...IDS, "--output", ""],
    ["explain", "a", "--html", ""],
    ["score", "a", "--svg", ""],
    ["prompt", "t.txt", "--file", ""],
    ["random", "--preset", "gpt2", "--output", ""],
    ["generate", "a", "--model", ""],
  ])("%s: a file without a name", (...args) =>
    fails(2, args, /^error: option '--\w+ <.*>' argument '' is invalid: must not be empty\n/),
  );

  test("convert: a folder without a name, where the current one would be written to", async () => {
    const cwd = emptyFolder();
    const args = ["convert", fixture("tiny-tied"), "", "--dtype", "f16"];
    await fails(2, args, /^error: the output must not be empty; \. is the current folder\n/, { cwd });
    expect(readdirSync(cwd)).toEqual([]);
  });

  test.each(["/dev/null", "/proc/x.safetensors"])("logits: %j is no place for a file", async (output) => {
    if (process.platform !== "linux") return;
    await fails(1, ["logits", "--model", TINY, ...IDS, "--output", output], /cannot write ".*": /);
    if (output === "/dev/null") expect(statSync(output).isCharacterDevice()).toBe(true);
  });

  test.each(["none", "step"])("logits: more tokens than the context, --cache %s", (how) => {
    const many = Array.from({ length: 25 }, () => 1).join(); // the tiny model has 24 positions
    const output = join(emptyFolder(), "x.safetensors");
    return fails(
      1,
      ["logits", "--model", TINY, "--tokens", many, "--output", output, "--cache", how],
      /^error: the prompt has 25 tokens; the model takes 24/,
    );
  });

  test.each([["generate"], ["tokens"], ["watermark", ...KEY]])("%s: stdin that is not UTF-8", (...args) =>
    fails(1, args, /standard input is not UTF-8 text/, { input: Uint8Array.of(0x61, 0xff) }),
  );

  test.each([["generate"], ["tokens"], ["watermark", ...KEY], ["logits", "--output", "x", "--prompt"]])(
    "%s: a file of text that is not there",
    (...args) => fails(1, [...args, "@no-such/story.txt"], /cannot read "no-such\/story\.txt": ENOENT.*typed with @@/),
  );

  test.each(["", "a"])("watermark: nothing to count in %j", (text) =>
    fails(1, ["watermark", text, ...KEY], /nothing to count in [01] tokens?, .* give a longer text/),
  );

  test("watermark: a window longer than the text", () =>
    fails(1, ["watermark", "a b c", ...KEY, "--watermark-width", "99"], /takes 99 tokens before it/));

  test("watermark: no tokenizer", () =>
    fails(1, ["watermark", "x", ...KEY, "--model", TINY], /has neither tokenizer\.json nor/));

  test("logits: more to prefill than there is", () =>
    fails(
      2,
      ["logits", "--model", TINY, ...IDS, "--output", join(emptyFolder(), "x"), "--cache", "prefill:9"],
      /prefill:9: the prompt has only 3/,
    ));

  test("compare: a file that is not there, or is none", async () => {
    await fails(1, ["compare", "/nowhere/a", "/nowhere/b"], /"?\/nowhere\/a"?: does not exist/);
    await fails(1, ["compare", join(TINY, "config.json"), join(TINY, "config.json")], /config\.json/);
  });

  test("tokens: an id that the tokenizer does not have, or no tokenizer", async () => {
    await fails(1, ["tokens", "--decode", "999999"], /999999/);
    await fails(1, ["tokens", "x", "--model", TINY], /has neither tokenizer\.json nor vocab\.json and merges\.txt/);
  });

  test("a full disk behind stdout is told", async () => {
    if (!existsSync("/dev/full")) return;
    const { spawnSync } = await import("node:child_process");
    const main = new URL("../dist/main.js", import.meta.url).pathname;
    const result = spawnSync("sh", ["-c", `"$0" "$1" tokens hello > /dev/full`, process.execPath, main]);
    expect(result.stderr.toString()).toMatch(/^error: cannot write to stdout: .*ENOSPC/);
    expect(result.status).toBe(1);
  });
});

test.concurrent.each(
  "generate sample logits gradients compare tokens watermark bench random convert pull models info remove".split(" "),
)("tsgpt %s --help has examples", async (command) => {
  const { code, stdout } = await tsgpt([command, "--help"]);
  expect(code).toBe(0);
  expect(stdout).toMatch(/Examples?:\n {2}\$ tsgpt /);
});

test("tsgpt --help has examples", async () => {
  expect((await tsgpt(["--help"])).stdout).toMatch(/Examples:\n {2}\$ tsgpt generate/);
});
