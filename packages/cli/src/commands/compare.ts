/** tsgpt compare: two safetensors files, tensor by tensor in the order of the model; B is the reference. */
import { bareName, CheckpointError, type ReadTensor, readTensors } from "@tsgpt/gpt";
import { fileSource } from "@tsgpt/gpt/node";
import { CliError } from "../cli-error.ts";
import { command } from "../command.ts";
import { type OptionsOf, option } from "../options/option.ts";
import { numberFrom } from "../options/values.ts";

const options = [
  option("--atol <x>", "absolute tolerance", { parse: numberFrom(0), default: 1e-5 }),
  option("--rtol <x>", "tolerance relative to |B|", { parse: numberFrom(0), default: 1e-4 }),
] as const;

type CompareFlags = OptionsOf<typeof options>;

export const compare = command({
  name: "compare",
  summary: "compare two safetensors files, tensor by tensor; exit code 1 at a mismatch",
  arguments: [
    ["<a>", "a safetensors file"],
    ["<b>", "the reference"],
  ],
  options,
  help: `Example:
  $ tsgpt compare mine.safetensors ours.safetensors --rtol 1e-5`,
  action: compareCommand,
});

/** Runs the command; a mismatch sets the exit code to 1. @throws CheckpointError for a file that is not safetensors */
async function compareCommand(a: string, b: string, tolerance: CompareFlags): Promise<void> {
  const [left, right] = [await readFile(a), await readFile(b)];
  const common = [...right.keys()].filter((key) => left.has(key)).sort(inModelOrder);
  if (common.length === 0) throw new CliError("the files have no tensor in common", 1);
  const wrong: string[] = [];
  const width = Math.max(...common.map((key) => key.length));
  for (const key of common) {
    const result = compareTensors(key, left.get(key) as ReadTensor, right.get(key) as ReadTensor, tolerance);
    if (!result.equal) wrong.push(key);
    process.stdout.write(`${key.padEnd(width)}  ${result.equal ? "ok      " : "MISMATCH"}  ${result.detail}\n`);
  }
  listOneSided(a, left, right);
  listOneSided(b, right, left);
  if (wrong.length > 0) {
    process.stdout.write(`${wrong.length} of ${common.length} differ; the first is ${wrong[0]}\n`);
    process.exitCode = 1;
  } else process.stdout.write(`all ${common.length} agree within ${tolerance.atol} + ${tolerance.rtol} |B|\n`);
}

/** Compares two tensors without their leading dimensions of 1; `ids` must be equal. */
export function compareTensors(key: string, a: ReadTensor, b: ReadTensor, { atol, rtol }: CompareFlags) {
  const [left, right] = [dropLeadingOnes(a.shape), dropLeadingOnes(b.shape)];
  if (left.join() !== right.join())
    return { equal: false, detail: `shapes [${left.join(", ")}] and [${right.join(", ")}]` };
  if (b.data.length === 0) return { equal: true, detail: `[${left.join(", ")}]  no elements` };
  let equal = true;
  let largest = 0;
  let at = 0;
  for (let i = 0; i < b.data.length; i++) {
    const [x, y] = [a.data[i] as number, b.data[i] as number];
    const difference = x === y ? 0 : Math.abs(x - y);
    const bound = key === "ids" || !Number.isFinite(y) ? 0 : atol + rtol * Math.abs(y);
    if (!(difference <= bound)) equal = false;
    if (difference > largest || (Number.isNaN(difference) && !Number.isNaN(largest))) [largest, at] = [difference, i];
  }
  return {
    equal,
    detail: `[${left.join(", ")}]  largest difference ${largest.toExponential(2)} at [${position(at, left)}]`,
  };
}

async function readFile(path: string): Promise<Map<string, ReadTensor>> {
  const source = await fileSource(path).catch((cause: Error) => {
    if (cause instanceof CheckpointError) throw cause;
    throw new CliError(`cannot read ${JSON.stringify(path)}: ${cause.message}`, 1);
  });
  try {
    return withoutPrefix(await readTensors(source));
  } finally {
    await source.close();
  }
}

/** By names without the prefix that some files' parameters have, unless two would then have the same. */
function withoutPrefix(tensors: Map<string, ReadTensor>): Map<string, ReadTensor> {
  const bare = new Map([...tensors].map(([name, tensor]) => [bareName(name), tensor]));
  return bare.size === tensors.size ? bare : tensors;
}

function listOneSided(path: string, here: Map<string, ReadTensor>, there: Map<string, ReadTensor>): void {
  const keys = [...here.keys()].filter((key) => !there.has(key));
  if (keys.length > 0) process.stdout.write(`only in ${path}: ${keys.sort(inModelOrder).join(", ")}\n`);
}

const ORDER = [
  "ids",
  "hook_embed",
  "hook_pos_embed",
  "hook_resid_pre",
  "ln1.hook_normalized",
  "attn.hook_q",
  "attn.hook_k",
  "attn.hook_v",
  "attn.hook_attn_scores",
  "attn.hook_pattern",
  "attn.hook_z",
  "hook_attn_out",
  "hook_resid_mid",
  "ln2.hook_normalized",
  "mlp.hook_pre",
  "mlp.hook_post",
  "hook_mlp_out",
  "hook_resid_post",
];

/** The order of the forward pass: ids, embeddings, blocks, the rest; unknown names come last, sorted. */
function inModelOrder(a: string, b: string): number {
  const [x, y] = [rank(a), rank(b)];
  return x.layer - y.layer || x.place - y.place || a.localeCompare(b, "en", { numeric: true });
}

function rank(key: string): { layer: number; place: number } {
  const block = /^blocks\.(\d+)\.(.*)$/.exec(key);
  if (block)
    return {
      layer: Number(block[1]),
      place: (ORDER.indexOf(block[2] as string) + ORDER.length + 1) % (ORDER.length + 1),
    };
  if (ORDER.includes(key)) return { layer: -1, place: ORDER.indexOf(key) };
  const last = ["ln_final.hook_normalized", "logits"].indexOf(key);
  return { layer: 1e9, place: last < 0 ? 2 : last };
}

function dropLeadingOnes(shape: readonly number[]): readonly number[] {
  const first = shape.findIndex((dimension) => dimension !== 1);
  return first < 0 ? [] : shape.slice(first);
}

/** A flat index as coordinates in the shape: 5 in [2, 3] is 1, 2. */
function position(index: number, shape: readonly number[]): string {
  const below = (axis: number) => shape.slice(axis + 1).reduce((size, n) => size * n, 1);
  return shape.map((n, axis) => Math.floor(index / below(axis)) % n).join(", ");
}
