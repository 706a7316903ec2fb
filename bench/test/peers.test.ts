/** bench/peers without what it installs: the ONNX file it writes, who is measured when, and what is made of the times. */
import { presetConfig, randomModel } from "@tsgpt/gpt";
import { createReferenceEngine } from "@tsgpt/tensor";
import { describe, expect, test } from "vitest";
import { checkAgreement, type RemoteContestant, runRounds } from "../peers/src/contest.ts";
import { gpt2Onnx } from "../peers/src/onnx/gpt2.ts";
import { bytes, type Encoded, embedded, float, integer, message, text } from "../peers/src/onnx/protobuf.ts";
import { parseOptions } from "../peers/src/options.ts";
import { median, rate, tables } from "../peers/src/report.ts";
import { parseTrainingOptions } from "../peers/src/training/options.ts";
import { trainingReport } from "../peers/src/training/report.ts";
import { batch, CONFIG, flopsPerToken } from "../peers/src/training/shape.ts";
import { largestLossDifference, startTrainer } from "../peers/src/training/trainer.ts";

const hex = ({ pieces }: Encoded): string => Buffer.concat(pieces).toString("hex");

describe("protobuf", () => {
  // The examples of https://protobuf.dev/programming-guides/encoding
  test.each([
    ["an integer: field 1, 150", integer(1, 150), "089601"],
    ["a string: field 2, testing", text(2, "testing"), "120774657374696e67"],
    ["a message: field 3, the integer above", embedded(3, integer(1, 150)), "1a03089601"],
    ["a float: field 5, 25.4 (0x41cb3333)", float(5, 25.4), "2d3333cb41"],
    ["a field above 15: its key takes two bytes (20 x 8 = 160)", integer(20, 1), "a00101"],
    ["2^35, past 32 bits", integer(1, 2 ** 35), "08808080808001"],
  ])("%s", (_, encoded, expected) => {
    expect(hex(encoded)).toBe(expected);
    expect(encoded.length).toBe(expected.length / 2);
  });

  test("bytes are not copied", () => {
    const value = Uint8Array.of(1, 2);
    expect(message(integer(1, 1), bytes(9, value)).pieces).toContain(value);
  });

  test.each([-1, 1.5, 2 ** 53])("no integer: %d", (value) => {
    expect(() => integer(1, value)).toThrow(`protobuf: integers must be whole numbers, 0 or more, got ${value}`);
  });
});

/** The fields of a message by their number: integers as numbers, all else as bytes. */
function fieldsOf(buffer: Buffer): Map<number, (number | Buffer)[]> {
  const fields = new Map<number, (number | Buffer)[]>();
  let at = 0;
  const varint = () => {
    for (let value = 0, unit = 1; ; unit *= 128) {
      const byte = buffer[at++];
      value += (byte & 127) * unit;
      if (byte < 128) return value;
    }
  };
  while (at < buffer.length) {
    const key = varint();
    let value: number | Buffer = varint(); // of an integer, or the length of bytes; floats stand in attributes alone, which stay bytes
    if (key % 8 === 2) {
      value = buffer.subarray(at, at + value);
      at += value.length;
    }
    fields.set(key >> 3, [...(fields.get(key >> 3) ?? []), value]);
  }
  return fields;
}

describe("the ONNX file of a model", async () => {
  const sizes = { nLayer: 2, nHead: 2, nEmbd: 8, nInner: 32, vocabSize: 11, nPositions: 6 };
  const model = await randomModel("tiny", { ...presetConfig("gpt2"), ...sizes }, createReferenceEngine());
  const graph = fieldsOf(fieldsOf(Buffer.concat(gpt2Onnx(model).pieces)).get(7)?.[0] as Buffer);
  const named = (field: number, key: number) =>
    (graph.get(field) as Buffer[]).map((part) => String(fieldsOf(part).get(key)?.[0]));

  test("holds each weight bit for bit", () => {
    const constants = (graph.get(5) as Buffer[]).map(fieldsOf);
    const find = (name: string) => constants.find((constant) => String(constant.get(8)?.[0]) === name);
    const { wte, blocks } = model.parameters;
    for (const [name, weight] of [
      ["wte", wte],
      ["h.1.mlp.cFc.weight", blocks[1].mlp.cFc.weight],
    ] as const) {
      expect(find(name)?.get(1)).toEqual(weight.shape);
      expect(find(name)?.get(9)?.[0]).toEqual(Buffer.from(weight.toTensor().data.buffer));
    }
  });

  test("names every constant once", () => {
    const names = named(5, 8);
    expect(new Set(names).size).toBe(names.length);
  });

  test("reads in each node what is there before it, and computes every output", () => {
    const known = new Set([...named(5, 8), ...named(11, 1)]);
    for (const node of (graph.get(1) ?? []).map((part) => fieldsOf(part as Buffer))) {
      expect([...known]).toEqual(expect.arrayContaining((node.get(1) ?? []).map(String)));
      for (const output of node.get(2) ?? []) known.add(String(output));
    }
    const cache = [0, 1].flatMap((layer) => [`present_key_${layer}`, `present_value_${layer}`]);
    expect(named(12, 1).sort()).toEqual(["logits", ...cache].sort());
    for (const output of named(12, 1)) expect(known).toContain(output);
  });
});

/** A contestant that writes down its turns; each takes one millisecond more than the last. */
function contestant(name: string, turns: string[], outputs: readonly number[] = [1]): RemoteContestant {
  let milliseconds = 0;
  return {
    name,
    kernels: "none",
    threads: 1,
    outputs: async () => Float32Array.from(outputs),
    time: async (task) => {
      turns.push(`${task} ${name}`);
      return milliseconds++;
    },
    stop: () => {},
  };
}

test("contestants take turns, another begins in each round, and the first round does not count", async () => {
  const turns: string[] = [];
  const times = await runRounds([contestant("a", turns), contestant("b", turns)], ["x"], 1, () => {});
  expect(turns).toEqual(["x a", "x b", "x b", "x a"]);
  expect(times.get("x")).toEqual([[1], [1]]);
});

test("outputs may differ by rounding, and the largest difference is told", async () => {
  const [, difference] = await checkAgreement([contestant("a", [], [1, 2]), contestant("b", [], [1, 2.0005])]);
  expect(difference).toBeCloseTo(0.0005, 6);
});

test.each([
  ["too far away", [1, 2.01]],
  ["not a number", [Number.NaN, 2]],
  ["too few", [1]],
])("outputs that are %s end it", async (_, outputs) => {
  await expect(checkAgreement([contestant("a", [], [1, 2]), contestant("b", [], outputs)])).rejects.toThrow(
    "b and a do not compute the same: outputs differ by up to ",
  );
});

describe("options", () => {
  test("threads are a list, each number once", () => {
    expect(parseOptions(["--threads", "2,1,2", "--rounds", "7"])).toMatchObject({ threads: [2, 1], rounds: 7 });
  });

  test.each([
    [["--threads", "0"], '--threads: must be a whole number from 1 to 1000, got "0"'],
    [["--threads", "2,"], '--threads: must be a whole number from 1 to 1000, got ""'],
    [["--rounds", "x"], '--rounds: must be a whole number from 1 to 1000, got "x"'],
    [["--fast"], "Unknown option '--fast'"],
    [["5"], "Unexpected argument '5'"],
  ])("%j is refused", (args, problem) => {
    expect(() => parseOptions(args)).toThrow(problem);
  });
});

test("a rate's ratio is the median of the rounds' ratios, and the table says who had fewer threads", () => {
  const task = { name: "decode", title: "Decode", unit: "tokens/s", amount: 10 };
  const running = { kernels: "simd", threads: 2 };
  const competitors = [
    { name: "tsgpt", running, difference: 0 },
    { name: "other", running: { ...running, threads: 1 }, difference: 2e-6 },
  ];
  // 10 tokens in 100, 50, 200 ms: 100, 200, 50 a second; the other's 50, 50, 100: ratios 2, 4, 0.5
  const results = rate(task, 2, competitors, [
    [100, 50, 200],
    [200, 200, 100],
  ]);
  expect(results.map(({ median, tsgptOverThis }) => [median, tsgptOverThis])).toEqual([
    [100, 1],
    [50, 2],
  ]);
  const rows = tables(results, [task]).trimEnd().split("\n").slice(-2);
  expect(rows).toEqual([
    "| tsgpt | simd | 2 | 100 | 50 to 200 |  |  |",
    "| other | simd | 1 (of 2 asked) | 50 | 50 to 100 | 2.00 | 2e-6 |",
  ]);
});

test("the median of an even number of values is the mean of the two in the middle", () => {
  expect(median([4, 1, 3, 2])).toBe(2.5);
});

describe("training", () => {
  test("options: what is left out, all of them, and a smoke run", () => {
    const sizes = { b: 8, t: 512, steps: 3 };
    expect(parseTrainingOptions([])).toEqual({ python: undefined, threads: 2, rounds: 7, sizes, quick: false });
    const all = ["--python", "python3.13", "--threads", "4", "--rounds", "2", "--steps", "5"];
    expect(parseTrainingOptions(all)).toMatchObject({
      python: "python3.13",
      threads: 4,
      rounds: 2,
      sizes: { steps: 5 },
    });
    expect(parseTrainingOptions(["--quick"])).toMatchObject({
      rounds: 1,
      sizes: { b: 2, t: 64, steps: 1 },
      quick: true,
    });
    expect(parseTrainingOptions(["--help"])).toBeUndefined();
  });

  test.each([
    [["--rounds", "0"], '--rounds: must be a whole number from 1 to 1000, got "0"'],
    [["--steps", "x"], '--steps: must be a whole number from 1 to 1000, got "x"'],
    [["--tokens"], "Unknown option '--tokens'"],
  ])("options %j are refused", (args, message) => {
    expect(() => parseTrainingOptions(args)).toThrow(message);
  });

  test("operations of a token: 6 for each of 3,440,640 weights, 12 L C for each of 256.5 keys", () => {
    // 6 (4 x 192^2 + 2 x 192 x 768) + 4096 x 192 = 3,440,640; 12 x 6 x 192 x 256.5 = 3,545,856
    expect(flopsPerToken(CONFIG, 512)).toBe(6 * 3_440_640 + 3_545_856);
  });

  test("batches are lists of T + 1 ids of the vocabulary, the same every time, and differ", () => {
    const first = batch(0, { b: 3, t: 5 });
    expect(first.map(({ length }) => length)).toEqual([6, 6, 6]);
    expect(first.every((list) => list.every((id) => id >= 0 && id < CONFIG.vocabSize))).toBe(true);
    expect(batch(0, { b: 3, t: 5 })).toEqual(first);
    expect(batch(1, { b: 3, t: 5 })).not.toEqual(first);
  });

  test("losses differ by the largest difference, relative; NaN if one is missing or no number", () => {
    expect(largestLossDifference([[4, 2]])).toBe(0);
    expect(
      largestLossDifference([
        [4, 2],
        [5, 2],
      ]),
    ).toBe(0.25);
    expect(largestLossDifference([[4, 2], [4]])).toBeNaN();
    expect(largestLossDifference([[Number.NaN]])).toBeNaN();
  });

  test("a ratio is taken within each round, and so is the share of the limit", () => {
    const perToken = flopsPerToken(CONFIG, 10);
    const measured = {
      names: ["tsgpt", "PyTorch"],
      descriptions: ["ours", "theirs"],
      milliseconds: [
        [1000, 2000, 4000], // of 20 tokens: 20, 10, 5 a second
        [500, 500, 1000], // 40, 40, 20
      ],
      flopsPerSecond: [40 * perToken, 40 * perToken, 10 * perToken],
    };
    const options = { python: undefined, threads: 2, rounds: 3, sizes: { b: 2, t: 10, steps: 1 }, quick: false };
    const { text, results } = trainingReport(measured, options, "a machine");
    expect(results.trainers).toMatchObject([
      { trainer: "tsgpt", median: 10, tsgptOverThis: 1, shareOfLimit: 0.5 },
      { trainer: "PyTorch", median: 40, tsgptOverThis: 0.25, shareOfLimit: 1 },
    ]);
    expect(text).toContain("| theirs | 40 | 20 to 40 | 0.25 | 1.00 |");
  });

  test("a trainer answers line by line; one that fails, and one that ends, are errors with its words", async () => {
    const assignment = {
      path: "",
      threads: 1,
      b: 1,
      t: 1,
      heads: 1,
      epsilon: 0,
      adamw: { learningRate: 0, betas: [0, 0], epsilon: 0, weightDecay: 0 },
    } as const;
    const start = (code: string) => startTrainer("peer", process.execPath, ["-e", code], assignment);
    const echo = await start(`console.log('{"description":"a peer"}');
      process.stdin.on("data", (line) => console.log(JSON.stringify({ milliseconds: JSON.parse(line).steps })));`);
    expect(echo.description).toBe("a peer");
    expect(await echo.ask({ want: "train", steps: 3 })).toEqual({ milliseconds: 3 });
    echo.stop();
    await expect(start(`console.log('{"error":"no memory"}')`)).rejects.toThrow("peer: no memory");
    await expect(start('console.error("no torch"); process.exit(3)')).rejects.toThrow(
      "peer: the process ended (exit code 3)\nno torch",
    );
    await expect(startTrainer("peer", "/no/such/python", [], assignment)).rejects.toThrow("ENOENT");
  });
});
