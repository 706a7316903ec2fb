/** The end of a run: its curve, on stdout and in its folder, the last line of its log, and what was written. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { peakBytes } from "@tsgpt/measure/node";
import { writeText } from "../output/write-text.ts";
import { formatBytes } from "../terminal/format-bytes.ts";
import { interruptedCode } from "../terminal/interruption.ts";
import { lossCurve } from "../terminal/loss-curve.ts";
import { pluralize } from "../terminal/pluralize.ts";
import { printed } from "../terminal/printed.ts";
import { reportWritten } from "../terminal/report-written.ts";
import type { LogRecord } from "./log-file.ts";
import { lossSvg } from "./loss-svg.ts";
import { lateAt, type Run } from "./run.ts";
import { CURVE } from "./run-folder.ts";

const CURVE_WIDTH = 70;
const CURVE_HEIGHT = 8;

/** The curves, and what was written or how to go on. */
export async function finish(run: Run): Promise<void> {
  const { training, folder, signal, resume, log } = run;
  const { losses, step } = training.progress;
  process.stdout.write(lossCurve(losses, CURVE_WIDTH, CURVE_HEIGHT));
  if (losses.length > 0) await writeText(join(folder, CURVE), curveOf(run));
  await printed();
  const peak = peakBytes();
  log?.write({ step, peakBytes: peak });
  process.stderr.write(`peak memory ${formatBytes(peak)}\n`);
  if (signal.aborted) {
    process.exitCode = interruptedCode();
    process.stderr.write(`stopped after step ${step}, which is saved; continue with: ${resume}\n`);
    return;
  }
  await reportWritten(folder, `a model after ${pluralize(step, "step")}`);
}

/** Whether all that a run writes at its end is there, by its folder and what its log has of its last step. */
export async function isFinished(run: Run, logged: readonly LogRecord[]): Promise<boolean> {
  const { evaluation, sample } = lateAt(run, logged);
  const hasEnd = logged.length === 0 || logged.some((record) => "peakBytes" in record);
  const curve = await readFile(join(run.folder, CURVE), "utf8").catch(() => undefined);
  return !evaluation && !sample && hasEnd && pointsOf(curve) === pointsOf(curveOf(run));
}

/** What follows the title, in which the folder is as it was typed then. */
function pointsOf(curve: string | undefined): string | undefined {
  return curve?.slice(curve.indexOf("<polyline"));
}

function curveOf({ folder, training, evaluations }: Run): string {
  return lossSvg(`Loss of ${folder}`, training.progress.losses, evaluations);
}
