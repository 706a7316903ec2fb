/** tsgpt models: the models on this machine, their size, and the dtypes in which each fits into memory. */
import { memoryByDtype } from "@tsgpt/gpt";
import { inspectFolder } from "@tsgpt/gpt/node";
import { type CachedRepo, hubSettings, scanCache, sumOf } from "@tsgpt/hub";
import type { WeightDtype } from "@tsgpt/tensor";
import { command } from "../command.ts";
import { availableBytes, fittingDtypes } from "../model/available-memory.ts";
import { bundledModels } from "../model/bundled-models.ts";
import { cacheOption } from "../options/model.ts";
import { type OptionsOf, option } from "../options/option.ts";
import { formatBytes } from "../terminal/format-bytes.ts";

const options = [cacheOption, option("--json", "print a JSON array")] as const;

export const models = command({
  name: "models",
  summary: "list the models on this machine: bundled, and in the cache",
  arguments: [],
  options,
  help: `Examples:
  $ tsgpt models
  $ tsgpt models --json | jq '.[].id'

"runs in" lists the dtypes of the weights in which the model, at its full context, fits into the memory of the engine
and this machine.`,
  action: modelsCommand,
});

/** One model's revision, or a bundled model. */
interface Listed {
  readonly id: string;
  readonly bundled: boolean;
  readonly commit: string | null;
  readonly refs: readonly string[];
  readonly folder: string;
  /** On disk, including partial downloads. */
  readonly bytes: number;
  readonly parameters: number | null;
  readonly runsIn: readonly WeightDtype[];
  /** Why the model cannot run, unless it is too large. */
  readonly problem: string | null;
}

type Place = Pick<Listed, "id" | "bundled" | "commit" | "refs" | "folder" | "bytes">;

/** Runs the command. */
async function modelsCommand({ json, cacheDir }: OptionsOf<typeof options>): Promise<void> {
  const available = await availableBytes();
  const settings = hubSettings({ cacheDir });
  const bundled = await Promise.all(bundledModels().map(bundledPlace));
  const places = [...bundled, ...(await scanCache(settings.cacheDir)).flatMap(placesOf)];
  const listed: Listed[] = [];
  for (const place of places) listed.push(await look(place, available));
  process.stdout.write(json ? `${JSON.stringify(listed)}\n` : table(listed, settings.cacheDir));
}

async function bundledPlace({ name, folder }: { name: string; folder: string }): Promise<Place> {
  const { summary } = await inspectFolder(folder);
  return { id: name, bundled: true, commit: null, refs: [], folder, bytes: summary.bytes };
}

/** A model with nothing but partial downloads is listed too, so that it can be removed. */
function placesOf({ id, path, snapshots, partBytes }: CachedRepo): Place[] {
  const places = snapshots.map(({ commit, refs, folder, files }): Place => {
    return { id, bundled: false, commit, refs, folder, bytes: sumOf(files) };
  });
  if (partBytes === 0) return places;
  const [first = { id, bundled: false, commit: null, refs: [], folder: path, bytes: 0 }, ...rest] = places;
  return [{ ...first, bytes: first.bytes + partBytes }, ...rest];
}

async function look(place: Place, available: number): Promise<Listed> {
  const failed = { parameters: null, runsIn: [] };
  if (!place.bundled && place.commit === null)
    return { ...place, ...failed, problem: "incomplete: tsgpt pull resumes the download" };
  try {
    const { config, summary } = await inspectFolder(place.folder);
    const runsIn = fittingDtypes(memoryByDtype(config), available);
    return { ...place, parameters: summary.parameters, runsIn, problem: null };
  } catch (error) {
    return { ...place, ...failed, problem: (error as Error).message.replace(`${place.folder}: `, "") };
  }
}

function table(listed: readonly Listed[], cacheDir: string): string {
  const rows = listed.map(({ id, bundled, commit, refs, bytes, parameters, runsIn, problem }) => [
    id,
    bundled ? "bundled" : [...refs, commit?.slice(0, 7)].filter(Boolean).join(" "),
    formatBytes(bytes),
    parameters?.toLocaleString("en") ?? "",
    problem ?? (runsIn.length === 0 ? "too large for this machine" : runsIn.join(", ")),
  ]);
  const all = [["model", "revision", "size", "parameters", "runs in"], ...rows];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...all.map((row) => (row[column] as string).length)));
  const lines = all.map(([id = "", revision = "", size = "", parameters = "", runs = ""]) => {
    const [a, b, c, d] = widths as [number, number, number, number];
    return `${id.padEnd(a)}  ${revision.padEnd(b)}  ${size.padStart(c)}  ${parameters.padStart(d)}  ${runs}\n`;
  });
  return `${lines.join("")}cache: ${cacheDir}\n`;
}
