/** The options of tsgpt convert. */
import { type Command, Option } from "commander";

export function declareConvert(program: Command): void {
  const dtype = new Option("--dtype <type>", "of the weights that are matrices").choices([
    "f32",
    "f16",
    "bf16",
    "int8",
  ]);
  program
    .command("convert")
    .description("write a model in another dtype, as safetensors")
    .argument("<model>", "a model's folder, a name in weights/, or a model of the hub")
    .argument("<output>", "where to write: a new folder, or an empty one")
    .addOption(dtype.makeOptionMandatory())
    .addHelpText(
      "after",
      `
Examples:
  $ tsgpt convert gpt2-xl gpt2-xl-int8 --dtype int8
  $ tsgpt generate --model gpt2-xl-int8 "Once upon a time"

Layer norms, biases and positions stay as they are, and so do config.json and the tokenizer. What is written loads to the
same numbers as the original with --dtype. The layout of int8 is in docs/int8-layout.md; only tsgpt reads it.`,
    )
    .action(async (model, output, options) =>
      (await import("../commands/convert.ts")).convertCommand(model, output, options),
    );
}
