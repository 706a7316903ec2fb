/** Overfitting a single line: the shortest check that a training learns at all. */
import { createAdamW, newProgress, train, windowBatches } from "@tsgpt/train";
import { table } from "../sampling/markdown.ts";
import { type Chapter, claim } from "./lab.ts";
import { continued, lettersOf, newLearner, parameterCount } from "./letters.ts";

const LINE = "Once upon a time there was a king who had three daughters.";
const ENOUGH = 0.01; // nats
const MOST = 400; // steps
const SHOWN = [1, 10, 20, 40, 60, 80, 100, 150, 200, 300];
const SIZE = { layers: 1, channels: 16, context: LINE.length };

export async function line(): Promise<Chapter> {
  const letters = lettersOf(LINE);
  const learner = await newLearner(letters, SIZE);
  const batches = windowBatches(letters.encode(LINE), { context: LINE.length - 1, batchSize: 1 }); // the line each time
  const training = { learner, optimizer: createAdamW(learner.parameters), batches, progress: newProgress() };
  const schedule = { name: "constant", peak: 0.01, warmup: 10 } as const;
  const rows: string[][] = [];
  for await (const { step, loss } of train(training, { duration: { steps: MOST }, schedule, clip: 1 })) {
    const isLast = loss < ENOUGH;
    if (isLast || SHOWN.includes(step)) rows.push([String(step), loss.toFixed(4), Math.exp(-loss).toFixed(3)]);
    if (isLast) break;
  }
  const written =
    LINE.charAt(0) + (await continued(learner.model, letters, LINE.charAt(0), { chain: [{ type: "greedy" }] }));
  claim(Number(rows.at(-1)?.[1]) < ENOUGH, `the loss falls below ${ENOUGH}`);
  claim(written === LINE, "the model writes the line, letter for letter");
  return {
    values: {
      "line.text": LINE,
      "line.parameters": parameterCount(learner).toLocaleString("en-US"),
      "line.letters": String(letters.size),
      "line.table": table(["step", "loss, nats", "e^-loss"], rows, 0),
      "line.steps": String(rows.at(-1)?.[0]),
      "line.written": written,
    },
  };
}
