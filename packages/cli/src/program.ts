/** The program: the commands and their options. Each command's module is loaded when it runs, so that help is quick. */
import { readFileSync } from "node:fs";
import { Command } from "commander";
import { declareBench } from "./declare/bench.ts";
import { declareCompare } from "./declare/compare.ts";
import { declareConvert } from "./declare/convert.ts";
import { declareGenerate } from "./declare/generate.ts";
import { declareInfo } from "./declare/info.ts";
import { declareLogits } from "./declare/logits.ts";
import { declareModels } from "./declare/models.ts";
import { declarePull } from "./declare/pull.ts";
import { declareRandom } from "./declare/random.ts";
import { declareRemove } from "./declare/remove.ts";
import { declareSample } from "./declare/sample.ts";
import { declareTokens } from "./declare/tokens.ts";
import { declareWatermark } from "./declare/watermark.ts";

/** The program, which throws its errors and prints none of them. */
export function createProgram(): Command {
  const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
  const program = new Command("tsgpt")
    .description("GPT-2 from scratch, in TypeScript")
    .version(version, "--version", "display the version")
    .exitOverride()
    .configureOutput({ writeErr: () => {} })
    .addHelpText("after", EXAMPLES);
  declareGenerate(program);
  declareSample(program);
  declareLogits(program);
  declareCompare(program);
  declareTokens(program);
  declareWatermark(program);
  declareBench(program);
  declareRandom(program);
  declareConvert(program);
  declarePull(program);
  declareModels(program);
  declareInfo(program);
  declareRemove(program);
  return program;
}

const EXAMPLES = `
Examples:
  $ tsgpt generate "Once upon a time"
  $ tsgpt sample --prompt "Once upon a"
  $ tsgpt sample --logits 0.8,0.9,0.1,0.4 --top-p 0.8
  $ tsgpt logits --prompt "Once upon a time" --output ours.safetensors --trace
  $ tsgpt compare mine.safetensors ours.safetensors
  $ tsgpt tokens "Once upon a time"
  $ tsgpt watermark @story.txt --watermark-key 42
  $ tsgpt convert gpt2-xl gpt2-xl-int8 --dtype int8
  $ tsgpt random --preset gpt2 --output gpt2-random
  $ tsgpt bench --compare-cache
  $ tsgpt pull gpt2`;
