/** tsgpt batch prompt: a template filled with each input, and answered. */
import { runJob } from "../../batch/run-job.ts";
import { command } from "../../command.ts";
import { BATCH_HELP, batchOptions, INPUTS } from "../../options/batch.ts";
import { type OptionsOf, option } from "../../options/option.ts";
import { templateOptions } from "../../options/template.ts";
import { path } from "../../options/values.ts";
import { readTemplate } from "../../prompt/read-template.ts";
import { settingsOf } from "../../prompt/settings.ts";

const options = [
  option("--template <file>", "a text file with {{input}}, and options in its front matter", {
    parse: path,
    mandatory: true,
  }),
  ...batchOptions,
  { heading: "Options that the template may set, too:" },
  ...templateOptions,
] as const;

export const prompt = command({
  name: "prompt",
  summary: "answer each input with a prompt template, as tsgpt prompt --file",
  arguments: [INPUTS],
  options,
  help: `Examples:
  $ tsgpt batch prompt questions.jsonl --template examples/prompts/question.txt --output answers
  $ tsgpt batch prompt reviews.jsonl --template review.txt --choices " good"," bad" --output answers --workers 2

For one input, the joined results are what tsgpt prompt --file writes, to the byte. tsgpt prompt --help explains the
templates.

${BATCH_HELP}`,
  action: promptBatch,
});

async function promptBatch(inputs: readonly string[], flags: OptionsOf<typeof options>): Promise<void> {
  const template = await readTemplate(flags.template);
  await runJob({ name: "prompt", body: template.body, settings: settingsOf(template, flags) }, inputs, flags);
}
