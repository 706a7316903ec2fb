/** What the package offers to others; a step is asked for by its type in a chain, and topP is called by an example. */
import * as sampling from "@tsgpt/sampling";
import { expect, test } from "vitest";

test("the package exports what others use, and no more", () => {
  expect(Object.keys(sampling).sort()).toEqual([
    "DIALECT_SPECS",
    "STEP_FLAGS",
    "SamplingError",
    "WATERMARK_GAMMA",
    "applyChain",
    "argmax",
    "candidatesOf",
    "chainOfFlags",
    "chainOptionChecks",
    "checkFlagIds",
    "checkWatermarkKey",
    "colorHash",
    "createSampler",
    "createWorkspace",
    "defaultsFor",
    "dialects",
    "draw",
    "entropy",
    "idsOfWord",
    "isRandom",
    "mostProbable",
    "optionsOfFlags",
    "optionsOfTexts",
    "pick",
    "presetChain",
    "probabilities",
    "topP",
  ]);
});
