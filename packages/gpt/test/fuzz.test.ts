/** A short run of what `pnpm fuzz` does at length; the oracle is tried on files whose verdict is known. */
import { describe, expect, test } from "vitest";
import { FULL } from "../../../test/setup/sample.ts";
import { dice } from "./fuzz/dice.ts";
import { fuzzFiles } from "./fuzz/fuzz-files.ts";
import { fuzzSafetensors } from "./fuzz/fuzz-safetensors.ts";
import { fuzzText, textReaders } from "./fuzz/fuzz-texts.ts";
import { plainGate } from "./fuzz/plain-gate.ts";
import { plainJson } from "./fuzz/plain-json.ts";
import { entry, safetensorsFile } from "./safetensors-file.ts";

const INPUTS = FULL ? 5000 : 1000;

test("mutated files: the gate accepts what keeps all six rules and refuses the rest with a CheckpointError", async () => {
  const report = await fuzzSafetensors({ inputs: INPUTS, seed: 1, files: fuzzFiles });
  expect(report.findings).toEqual([]);
  expect(report.inputs).toBe(INPUTS);
  expect(report.accepted).toBeGreaterThan(INPUTS / 20); // it is not all noise
  expect(report.answers.size).toBeGreaterThan(20);
});

test("a seed makes the same inputs", async () => {
  const inputs = async (seed: number) => {
    const seen: string[] = [];
    const onInput = (input: Uint8Array) => seen.push(Buffer.from(input).toString("base64"));
    await fuzzSafetensors({ inputs: 20, seed, files: fuzzFiles, onInput });
    return seen;
  };
  expect(await inputs(7)).toEqual(await inputs(7));
  expect(await inputs(8)).not.toEqual(await inputs(7));
});

test.each(textReaders)("1,000 mutations of a $name are read or refused by name", async (reader) => {
  expect(await fuzzText(reader, 1000, 1)).toEqual([]);
});

test("an error of another kind is a finding", async () => {
  const broken = { name: "x", text: "{}", error: RangeError, read: () => JSON.parse("{") };
  expect(await fuzzText(broken, 3, 1)).toHaveLength(3);
});

describe("the plain gate knows the rule that is broken", () => {
  const of = (header: string, size: number) => safetensorsFile(header, new Uint8Array(size));
  const a = JSON.stringify(entry("F32", [2], [0, 8]));
  test.each([
    [new Uint8Array(7), 1],
    [safetensorsFile("{}", new Uint8Array(0), 3n), 1],
    [of("\ufeff{}", 0), 2],
    [of("[]", 0), 2],
    [safetensorsFile(Uint8Array.of(0x22, 0xff, 0x22)), 2],
    [of(`{"a":${a},"b":${a}}`, 8), 3],
    [of(`{"a":${JSON.stringify(entry("F32", [1], [4, 8]))}}`, 8), 3],
    [of(`{"a":${JSON.stringify(entry("F32", [3], [0, 8]))}}`, 8), 4],
    [of(`{"a":${JSON.stringify(entry("X", [2], [0, 8]))}}`, 8), 4],
    [of(`{"a":${a}}`, 9), 5],
    [of(`{"a":${a}}`, 7), 5],
    [of(`{"a":${a},"\\u0061":${a}}`, 8), 6],
    [of('{"__metadata__":{"k":1}}', 0), 6],
    [of('{"\\ud800":{}}', 0), 6],
  ] as const)("%#: rule %i", (file, rule) => expect(plainGate(file)).toBe(rule));

  test("and a file that breaks none", () => {
    expect(plainGate(of(` {"a":${a}} `, 8))).toEqual(new Map([["a", { dtype: "F32", shape: [2], begin: 0, end: 8 }]]));
  });
});

test("the plain JSON reader knows what JSON.parse knows", () => {
  const random = dice(3);
  const alphabet = [...'{}[]:,"\\ \n0123.eE+-truefalsn', '"a"', "null", "1", "\\u0061", "\ud800", "é"];
  for (let i = 0; i < 5000; i++) {
    const text = Array.from({ length: 1 + random.below(6) }, () => random.pick(alphabet)).join("");
    let valid = true;
    try {
      JSON.parse(text);
    } catch {
      valid = false;
    }
    expect(plainJson(text) !== undefined, JSON.stringify(text)).toBe(valid);
  }
});
