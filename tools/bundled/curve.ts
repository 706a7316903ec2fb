/**
 * `pnpm bundled-curve`: the held-out loss of every recipe against the tokens it was trained on, from the committed logs,
 * as bench/results/bundled-loss.svg.
 */
import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { commandLine } from "../../bench/src/command-line.ts";
import { plotTrainings, type TrainingPoint } from "../../bench/src/plot.ts";
import { RECIPES } from "./recipe.ts";

const LOGS = join(import.meta.dirname, "logs");
const PICTURE = join(import.meta.dirname, "../../bench/results/bundled-loss.svg");
const TITLE = "Held-out loss of the bundled models";

/** The evaluations of a log, each with the tokens of the step before it. */
export function heldOutCurve(name: string, log: string): TrainingPoint[] {
  let tokens = 0;
  return log.split("\n").flatMap((line) => {
    if (line === "") return [];
    const entry = JSON.parse(line) as { tokens?: number; validationLoss?: number };
    tokens = entry.tokens ?? tokens;
    return entry.validationLoss === undefined ? [] : [{ name, millions: tokens / 1e6, nats: entry.validationLoss }];
  });
}

/** The curves of all recipes that have a log. */
async function committedCurves(): Promise<TrainingPoint[]> {
  const names = Object.keys(RECIPES).filter((name) => existsSync(join(LOGS, `${name}.jsonl`)));
  const curves = names.map(async (name) => heldOutCurve(name, await readFile(join(LOGS, `${name}.jsonl`), "utf8")));
  return (await Promise.all(curves)).flat();
}

/** The curves' picture. */
export async function curvePicture(): Promise<string> {
  return plotTrainings(await committedCurves(), TITLE);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  commandLine("usage: pnpm bundled-curve", () => parseArgs({}));
  await writeFile(PICTURE, await curvePicture());
  console.log(`wrote ${PICTURE}`);
}
