/** tsgpt generate and a model's generation_config.json; the ids are those of model.generate of transformers 5.18 on tiny-tied. */
import { cpSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { fails } from "./fails.ts";
import { emptyFolder, fixture, tsgpt } from "./process.ts";

/** tiny-tied with a generation config. */
function tiny(keys: object): string[] {
  const folder = emptyFolder();
  cpSync(fixture("tiny-tied"), folder, { recursive: true });
  writeFileSync(join(folder, "generation_config.json"), JSON.stringify(keys));
  return ["--model", folder, "--tokens", "1,2,3"];
}

const json = async (...args: string[]) => {
  const { code, stdout, stderr } = await tsgpt(["generate", "--json", "--quiet", ...args]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  const { tokens, ...rest } = JSON.parse(stdout);
  return { ...rest, ids: tokens.map(({ id }: { id: number }) => id) };
};

describe.concurrent("generation_config.json", () => {
  test.each([31, [9, 31]])("eos_token_id %j ends the text in every dialect", async (eos) => {
    const { ids, finishReason } = await json(...tiny({ eos_token_id: eos }), "--greedy");
    expect([ids, finishReason]).toEqual([[31], "eos"]);
  });

  test("--min-tokens holds all end tokens back", async () => {
    // generate(max_new_tokens=12, min_new_tokens=5, eos_token_id=[31, 53])
    const { ids } = await json(...tiny({ eos_token_id: [31, 53] }), "--greedy", "--min-tokens", "5");
    expect(ids).toEqual([3, 44, 44, 21, 21, 39, 44, 31]);
  });

  test("bos_token_id begins a text without a prompt", async () => {
    const [flag, folder] = tiny({ bos_token_id: 7 });
    const { promptTokens } = await json(flag as string, folder as string, "--greedy", "--max-tokens", "0", "");
    expect(promptTokens).toEqual([7]);
  });

  test("with --dialect hf the rest counts, and --verbose shows it", async () => {
    // generate(max_new_tokens=6, suppress_tokens=[31, 4000], begin_suppress_tokens=[3])
    const keys = { do_sample: false, suppress_tokens: [31, 4000], begin_suppress_tokens: [3], max_new_tokens: 6 };
    const { stdout, stderr } = await tsgpt(["generate", ...tiny(keys), "--dialect", "hf", "--verbose"]);
    expect(stdout).toBe("1 2 3 44 44 3 21 21 41\n");
    expect(stderr).toContain(
      "\ngeneration_config.json: do_sample false, suppress_tokens [31,4000], begin_suppress_tokens [3], max_new_tokens 6\n6 tokens",
    );
  });

  test("what is typed counts before it", async () => {
    const model = tiny({ max_new_tokens: 6, repetition_penalty: 5 });
    const typed = ["--greedy", "--max-tokens", "2", "--repetition-penalty", "1"];
    expect((await json(...model, "--dialect", "hf", ...typed)).ids).toEqual([31, 31]);
  });

  test("what is not applied is noted by name", async () => {
    const keys = { num_beams: 4, guidance_scale: 1.5, max_new_tokens: 1 };
    const { stderr } = await tsgpt(["generate", ...tiny(keys), "--dialect", "hf", "--quiet"]);
    expect(stderr).toBe("note: generation_config.json: not applied: num_beams 4, guidance_scale 1.5; give --beams\n");
  });

  test("but for what an option says in its place", async () => {
    const args = [...tiny({ num_beams: 4 }), "--dialect", "hf", "--quiet", "--beams", "2"];
    expect((await tsgpt(["generate", ...args])).stderr).toBe("");
  });

  test("what config.json says counts where there is no such file", async () => {
    const folder = emptyFolder();
    cpSync(fixture("tiny-tied"), folder, { recursive: true });
    const config = { model_type: "gpt2", vocab_size: 61, n_positions: 24, n_embd: 12, n_layer: 3, n_head: 3 };
    writeFileSync(join(folder, "config.json"), JSON.stringify({ ...config, repetition_penalty: 5, max_length: 8 }));
    const { ids } = await json("--model", folder, "--tokens", "1,2,3", "--dialect", "hf", "--greedy");
    expect(ids).toEqual([31, 21, 53, 26, 46]); // from_pretrained of this config.json, generate()
  });

  test("a value that cannot be is one clear line", async () => {
    await fails(
      1,
      ["generate", ...tiny({ temperature: 0 }), "--dialect", "hf"],
      /^error: generation_config\.json: "temperature" is 0: temperature must be above 0; give --temperature\n/,
    );
  });

  test("a value of the wrong type is one in every dialect", async () => {
    const message = /^error: generation_config\.json: "eos_token_id" must be a token id .*, got "31" \(string\)\n/;
    await fails(1, ["generate", ...tiny({ eos_token_id: "31" })], message);
  });
});
