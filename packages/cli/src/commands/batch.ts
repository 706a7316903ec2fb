/** tsgpt batch: the jobs of score, detect, generate and prompt over files of many lines. */
import { commandGroup } from "../command.ts";
import { detect } from "./batch/detect.ts";
import { generate } from "./batch/generate.ts";
import { merge } from "./batch/merge.ts";
import { prompt } from "./batch/prompt.ts";
import { score } from "./batch/score.ts";

export const batch = commandGroup({
  name: "batch",
  summary: "score, detect, generate or prompt over many lines: resumable, in parts",
  commands: [score, detect, generate, prompt, merge],
  help: `Examples:
  $ tsgpt batch score stories.jsonl --output scores
  $ tsgpt batch merge scores --output scores.jsonl
  $ tsgpt batch generate prompts.jsonl --output texts --max-tokens 50 --workers 2
  $ tsgpt batch prompt questions.jsonl --template examples/prompts/question.txt --output answers --shard 0/8
  $ tsgpt batch detect essays.jsonl --output statistics --queue redis://127.0.0.1:6379

Each line of an input is a JSON string, or an object with the text as "input"; its other keys are copied to the output
as "extra". Each line gives one entry: {"line": N, "run": ..., "input": ..., and the keys that the command of that name
prints with --json, without timings}; with several inputs "file" comes first. A line that cannot be answered gives
{"line": N, "run": ..., "error": "..."}, and the others continue. "run" is a digest of the model and all options.

The inputs are cut into shards. A finished shard is a file in the output folder; the same command again resumes a run
that was stopped or killed, and does nothing that is done. docs/batch.md says more.`,
});
