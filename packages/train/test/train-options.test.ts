/** What train and evaluate refuse, before anything is computed. */
import type { Model } from "@tsgpt/gpt";
import { expect, test } from "vitest";
import { createAdamW, evaluate, newProgress, type TrainOptions, train } from "../src/index.ts";
import { bigramLearner, formulaBatches } from "./learned.ts";

const SCHEDULE = { name: "cosine", peak: 0.1, warmup: 2 } as const;
const GIVEN = { duration: { steps: 3 }, schedule: SCHEDULE };

/** The message of the RangeError at the first step, in which nothing was trained. */
async function refusal(options: TrainOptions): Promise<string> {
  let passes = 0;
  const learner = bigramLearner();
  const counting = {
    ...learner,
    accumulate: (...given: Parameters<typeof learner.accumulate>) => {
      passes++;
      return learner.accumulate(...given);
    },
  };
  const optimizer = createAdamW(learner.parameters);
  const training = { learner: counting, optimizer, batches: formulaBatches(), progress: newProgress() };
  const error = await train(training, options)
    .next()
    .catch((cause: unknown) => cause);
  expect(error).toBeInstanceOf(RangeError);
  expect(passes).toBe(0);
  return (error as RangeError).message;
}

const COUNT = "must be a whole number, 1 or more, got";
const POSITIVE = "must be a finite number above 0, got";

test.each<[object, string]>([
  [{ accumulate: 0 }, `accumulate ${COUNT} 0`],
  [{ accumulate: 1.5 }, `accumulate ${COUNT} 1.5`],
  [{ accumulate: Number.NaN }, `accumulate ${COUNT} NaN`],
  [{ clip: -1 }, `clip ${POSITIVE} -1`],
  [{ clip: 0 }, `clip ${POSITIVE} 0`],
  [{ clip: Number.NaN }, `clip ${POSITIVE} NaN`],
  [{ clip: Number.POSITIVE_INFINITY }, `clip ${POSITIVE} Infinity`],
  [{ duration: { steps: Number.NaN } }, `duration.steps ${COUNT} NaN`],
  [{ duration: { steps: 0 } }, `duration.steps ${COUNT} 0`],
  [{ duration: { steps: Number.POSITIVE_INFINITY } }, `duration.steps ${COUNT} Infinity`],
  [{ duration: { steps: "12" } }, `duration.steps ${COUNT} the string "12"`],
  [{ duration: { steps: undefined } }, `duration.steps ${COUNT} nothing`],
  [{ duration: { seconds: Number.NaN } }, `duration.seconds ${POSITIVE} NaN`],
  [{ duration: { seconds: 0 } }, `duration.seconds ${POSITIVE} 0`],
  [{ duration: {} }, "duration must have either steps or seconds, and not both"],
  [{ duration: { steps: 1, seconds: 2 } }, "duration must have either steps or seconds, and not both"],
  [{ schedule: { ...SCHEDULE, peak: -0.1 } }, `schedule: peak ${POSITIVE} -0.1`],
  [{ schedule: { ...SCHEDULE, peak: Number.NaN } }, `schedule: peak ${POSITIVE} NaN`],
  [{ schedule: { ...SCHEDULE, warmup: Number.NaN } }, "schedule: warmup must be a whole number, 0 or more, got NaN"],
  [{ schedule: { ...SCHEDULE, warmup: -1 } }, "schedule: warmup must be a whole number, 0 or more, got -1"],
  [
    { schedule: { ...SCHEDULE, warmup: { steps: 0.5, share: 0.1 } } },
    "schedule: warmup.steps must be a whole number, 0 or more, got 0.5",
  ],
  [{ schedule: { ...SCHEDULE, warmup: { steps: 5, share: 0 } } }, `schedule: warmup.share ${POSITIVE} 0`],
  [{ schedule: { ...SCHEDULE, warmup: { steps: 5, share: 2 } } }, "schedule: warmup.share must be at most 1, got 2"],
  [
    { schedule: { ...SCHEDULE, name: "step" } },
    'schedule: option "name" must be "cosine", "linear" or "constant", got the string "step"',
  ],
])("train with %j", async (wrong, message) => {
  expect(await refusal({ ...GIVEN, ...wrong })).toBe(`train: ${message}`);
});

test("evaluate without a list of windows", async () => {
  const windows = "windows" as never;
  await expect(evaluate({} as Model, windows)).rejects.toThrow(
    new RangeError('evaluate: windows must be a list of lists of ids, got the string "windows"'),
  );
});
