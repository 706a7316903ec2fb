import { expect, test } from "vitest";
import { type PresetName, presetConfig, presetNames } from "../src/config/presets.ts";

test("the presets are the four published sizes", () => {
  expect(presetNames).toEqual(["gpt2", "gpt2-medium", "gpt2-large", "gpt2-xl"]);
});

// Radford et al. 2019, table 2: 12, 24, 36, 48 layers of 768, 1024, 1280, 1600 channels; heads of 64 channels each.
test.each([
  ["gpt2", 12, 768],
  ["gpt2-medium", 24, 1024],
  ["gpt2-large", 36, 1280],
  ["gpt2-xl", 48, 1600],
] as const)("%s has %i layers of %i channels", (name, nLayer, nEmbd) => {
  const config = presetConfig(name);
  expect(config).toMatchObject({ nLayer, nEmbd, nInner: 4 * nEmbd, vocabSize: 50257, nPositions: 1024 });
  expect(config.nEmbd / config.nHead).toBe(64);
});

test("a name that is no preset is refused with the names that are", () => {
  expect(() => presetConfig("gpt3" as PresetName)).toThrow(
    'presetConfig: name must be one of gpt2, gpt2-medium, gpt2-large, gpt2-xl, got "gpt3"',
  );
});
