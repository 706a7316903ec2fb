/** tsgpt info: what a model is, and what it would take; of a model on the hub, a few kilobytes are read. */
import { type GPT2Config, type MemoryByDtype, memoryByDtype } from "@tsgpt/gpt";
import { inspectFolder } from "@tsgpt/gpt/node";
import { inspectModel, type ModelInfo } from "@tsgpt/hub";
import { formatBytes } from "../bytes.ts";
import { withDownloadProgress } from "../download-progress.ts";
import { localFolder, type ModelFlags, onHub } from "../find-model.ts";
import { interruption } from "../interruption.ts";
import { fittingDtypes, room } from "../room.ts";

export interface InfoFlags extends ModelFlags {
  readonly json?: boolean;
}

/** Runs the command. @throws what inspecting throws */
export async function infoCommand({ json, ...flags }: InfoFlags): Promise<void> {
  const { signal } = interruption();
  const { model, ...hub } = flags;
  const folder = localFolder(flags);
  const info =
    folder !== undefined
      ? await inspectFolder(folder)
      : await onHub(model, () => withDownloadProgress((onEvent) => inspectModel(model, { ...hub, signal, onEvent })));
  const memory = memoryByDtype(info.config);
  const runsIn = fittingDtypes(memory, await room());
  const { config, summary, ...where } = info;
  const report = { model, ...where, ...summary, config, memory, runsIn };
  process.stdout.write(json ? `${JSON.stringify(report)}\n` : describe(model, info, memory, runsIn));
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
    `where       ${folder ?? "on the hub; tsgpt pull fetches it"}`,
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
  return `${nLayer} layers, ${nHead} heads, ${nEmbd} channels, context ${nPositions}, vocabulary ${vocabSize}, ${activationFunction}, ${head} head`;
}
