/** The reader against whatever bytes there are: what is written is read back, anything else loads or is a CheckpointError. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { memorySource } from "../src/checkpoint/byte-source.ts";
import { readTensors } from "../src/checkpoint/read-tensors.ts";
import { BITS, type Dtype, readHeader } from "../src/checkpoint/safetensors.ts";
import { writeSafetensors } from "../src/checkpoint/write-safetensors.ts";
import { CheckpointError } from "../src/errors.ts";
import { safetensorsFile } from "./safetensors-file.ts";

const dtypes = Object.keys(BITS) as Dtype[];
const tensorArbitrary = fc
  .record({ dtype: fc.constantFrom(...dtypes), shape: fc.array(fc.nat(4), { maxLength: 3 }) })
  .filter(({ dtype, shape }) => (shape.reduce((a, b) => a * b, 1) * BITS[dtype]) % 8 === 0)
  .chain(({ dtype, shape }) => {
    const size = (shape.reduce((a, b) => a * b, 1) * BITS[dtype]) / 8;
    return fc.uint8Array({ minLength: size, maxLength: size }).map((data) => ({ dtype, shape, data }));
  });
const nameArbitrary = fc
  .string({ unit: "binary" })
  .filter((name) => name !== "__metadata__" && !/\p{Surrogate}/u.test(name));
const fileArbitrary = fc
  .array(fc.tuple(nameArbitrary, tensorArbitrary), { maxLength: 5 })
  .map((tensors) => new Map(tensors));

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(pieces.flatMap((piece) => [...piece]));
}

test("what is written is read back: names, dtypes, shapes and bytes", async () => {
  await fc.assert(
    fc.asyncProperty(fileArbitrary, async (given) => {
      const bytes = joined(writeSafetensors(given));
      const { tensors, dataStart } = await readHeader(memorySource("m.safetensors", bytes));
      expect(new Set(tensors.keys())).toEqual(new Set(given.keys()));
      for (const [name, { dtype, shape, data }] of given) {
        const { begin, end, ...rest } = tensors.get(name)!;
        expect(rest).toEqual({ dtype, shape });
        expect(bytes.slice(dataStart + begin, dataStart + end)).toEqual(data);
      }
    }),
  );
});

async function loadsOrIsRefused(bytes: Uint8Array): Promise<void> {
  const error = await readTensors(memorySource("m.safetensors", bytes)).catch((thrown) => thrown);
  if (error instanceof Error) expect(error).toBeInstanceOf(CheckpointError);
}

test("random bytes do nothing but load or raise CheckpointError", async () => {
  await fc.assert(fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), loadsOrIsRefused));
});

test("random JSON as a header does nothing but load or raise CheckpointError", async () => {
  const infoArbitrary = fc.record(
    {
      dtype: fc.oneof(fc.constantFrom(...dtypes), fc.jsonValue()),
      shape: fc.jsonValue(),
      data_offsets: fc.jsonValue(),
    },
    { requiredKeys: [] },
  );
  const headerArbitrary = fc.oneof(fc.jsonValue(), fc.dictionary(fc.string(), fc.oneof(infoArbitrary, fc.jsonValue())));
  await fc.assert(
    fc.asyncProperty(headerArbitrary, fc.uint8Array({ maxLength: 16 }), (json, body) =>
      loadsOrIsRefused(safetensorsFile(JSON.stringify(json), body)),
    ),
  );
});

test("a valid file with some bytes changed, cut or added loads or raises CheckpointError", async () => {
  const changes = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(fileArbitrary, changes, fc.integer({ min: -9, max: 9 }), async (given, changed, growth) => {
      const valid = joined(writeSafetensors(given));
      const bytes = new Uint8Array(Math.max(0, valid.length + growth));
      bytes.set(valid.subarray(0, bytes.length));
      for (const [at, value] of changed) bytes[at % bytes.length] = value;
      await loadsOrIsRefused(bytes);
    }),
    { numRuns: 500 },
  );
});
