/** tsgpt info: a model's shape and the memory it needs; for a model on the hub, a few kilobytes are downloaded. */
import { type GPT2Config, type MemoryByDtype, memoryByDtype } from "@tsgpt/gpt";
import { inspectFolder } from "@tsgpt/gpt/node";
import { inspectModel, type ModelInfo } from "@tsgpt/hub";
import { command } from "../command.ts";
import { onHub } from "../library/model-source.ts";
import { availableBytes, fittingDtypes } from "../model/available-memory.ts";
import { localFolder } from "../model/find-model.ts";
import { hubOptions } from "../options/model.ts";
import { type OptionsOf, option } from "../options/option.ts";
import { withDownloadProgress } from "../terminal/download-progress.ts";
import { formatBytes } from "../terminal/format-bytes.ts";
import { interruption } from "../terminal/interruption.ts";

const options = [...hubOptions, option("--json", "print one JSON object")] as const;

export const info = command({
  name: "info",
  summary: "show a model's config, parameters and memory; for a hub model, without downloading its weights",
  arguments: [["<model>", "a folder, a bundled model, or a model of the hub: org/name, gpt2, ..."]],
  options,
  help: `Examples:
  $ tsgpt info gpt2-xl
  $ tsgpt info path/to/folder --json`,
  action: infoCommand,
});

/** Runs the command. @throws what inspecting throws */
async function infoCommand(model: string, { json, ...hub }: OptionsOf<typeof options>): Promise<void> {
  const { signal } = interruption();
  const folder = localFolder({ model, ...hub });
  const found =
    folder !== undefined
      ? await inspectFolder(folder)
      : await onHub(model, () => withDownloadProgress((onEvent) => inspectModel(model, { ...hub, signal, onEvent })));
  const memory = memoryByDtype(found.config);
  const runsIn = fittingDtypes(memory, await availableBytes());
  const { config, summary, ...where } = found;
  const report = { model, ...where, ...summary, config, memory, runsIn };
  process.stdout.write(json ? `${JSON.stringify(report)}\n` : describe(model, found, memory, runsIn));
}

function describe(model: string, info: ModelInfo, memory: MemoryByDtype, runsIn: readonly string[]): string {
  const { id, commit, folder, config, summary } = info;
  const stored = Object.entries(summary.dtypes).map(([dtype, count]) => `${count.toLocaleString("en")} in ${dtype}`);
  const rows = Object.entries(memory).map(([dtype, { weights, cache, arena, total }]) => {
    const sizes = [weights, cache, arena, total].map((bytes) => formatBytes(bytes).padStart(10)).join("");
    return `  ${dtype.padEnd(5)}${sizes}${runsIn.includes(dtype) ? "" : "  too large here"}`;
  });
  return [
    `${id ?? model}${commit === undefined ? "" : ` at ${commit}`}`,
    `where       ${folder ?? "on the hub; tsgpt pull downloads it"}`,
    `shape       ${shapeOf(config)}`,
    `parameters  ${summary.parameters.toLocaleString("en")}, ${formatBytes(summary.bytes)}: ${stored.join(", ")}`,
    `memory at the full context`,
    `  ${"".padEnd(5)}${["weights", "cache", "arena", "total"].map((head) => head.padStart(10)).join("")}`,
    ...rows,
    "",
  ].join("\n");
}

function shapeOf(config: GPT2Config): string {
  const { nLayer, nHead, nEmbd, nPositions, vocabSize, activationFunction, tieWordEmbeddings } = config;
  const head = tieWordEmbeddings ? "tied" : "untied";
  const sizes = `${nLayer} layers, ${nHead} heads, ${nEmbd} channels, context ${nPositions}, vocabulary ${vocabSize}`;
  return `${sizes}, ${activationFunction}, ${head} head`;
}
