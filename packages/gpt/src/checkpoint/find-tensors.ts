/**
 * Finds every tensor that a config requires in a checkpoint, with or without the prefix. Names, shapes and dtypes are
 * checked before anything is read. Matrices are all float, or all int8 with a `.scale` next to each
 * (docs/int8-layout.md).
 */
import { type FloatDtype, formatShape, sameShape, type WeightDtype } from "@tsgpt/tensor";
import type { GPT2Config } from "../config/config.ts";
import { CheckpointError, quote } from "../errors.ts";
import { type Checkpoint, INT8_LAYOUT, KNOWN_INT8_LAYOUT, type StoredTensor } from "./checkpoint.ts";
import {
  bareName,
  type ExpectedTensor,
  isIgnored,
  otherHead,
  PREFIX,
  possibleNames,
  SCALE,
  storedName,
} from "./names.ts";

/** A tensor, and the scales of an int8 one. */
export interface FoundTensor {
  readonly name: string;
  readonly tensor: StoredTensor;
  readonly scales: StoredTensor | undefined;
}

const FLOATS: Readonly<Record<FloatDtype | "F64", true>> = { F32: true, F16: true, BF16: true, F64: true };

/**
 * The tensors by name without prefix, and whether the matrices are int8.
 * @throws CheckpointError if one is missing, has another shape or dtype, or belongs to another model; or if `asked` is
 * not int8 for int8 matrices
 */
export function findTensors(
  checkpoint: Checkpoint,
  config: GPT2Config,
  expected: readonly ExpectedTensor[],
  asked: WeightDtype | "auto",
): { found: Map<string, FoundTensor>; isInt8: boolean } {
  const isInt8 = expected.some((tensor) => checkpoint.tensors.get(nameOf(checkpoint, tensor) ?? "")?.dtype === "I8");
  const found = new Map(
    expected.map((tensor): [string, FoundTensor] => {
      const name = nameOf(checkpoint, tensor) ?? missing(checkpoint, tensor.name);
      const wanted = isInt8 && !tensor.alwaysFloat32;
      return [tensor.name, wanted ? findInt8(checkpoint, name, tensor) : findFloat(checkpoint, name, tensor)];
    }),
  );
  checkNothingElse(checkpoint, config, found);
  if (isInt8 && asked !== "auto" && asked !== "int8") {
    throw new CheckpointError(
      checkpoint.name,
      `holds int8 numbers, which are kept in int8, not in ${asked}: use the original checkpoint`,
    );
  }
  return { found, isInt8 };
}

/** The name of a tensor in the checkpoint. @throws CheckpointError if both the prefixed and the plain name exist */
function nameOf(checkpoint: Checkpoint, { name, sharedName }: ExpectedTensor): string | undefined {
  for (const possible of [name, ...(sharedName === undefined ? [] : [sharedName])].map(possibleNames)) {
    const present = possible.filter((candidate) => checkpoint.tensors.has(candidate));
    const named = present.filter((candidate) => !checkpoint.tensors.get(candidate)?.isUnnamed);
    const [first, second] = named.length > 0 ? named : present;
    if (first === undefined) continue;
    if (second === undefined) return first;
    throw failure(
      checkpoint.tensors.get(first) as StoredTensor,
      first,
      `is there as ${quote(second)} too: which counts?`,
    );
  }
  return undefined;
}

/** Named as the others are. @throws CheckpointError */
function missing(checkpoint: Checkpoint, bare: string): never {
  const isPrefixed = [...checkpoint.tensors.keys()].some((name) => name.startsWith(PREFIX));
  const tensor = storedName(bare, isPrefixed ? PREFIX : "");
  throw new CheckpointError(checkpoint.name, `is missing; ${holdings(checkpoint)}${wrapped(checkpoint, bare)}`, {
    tensor,
  });
}

/** The fix for a tensor with the prefix of a wrapper (DataParallel, TRL's value head); "" if there is none. */
function wrapped({ tensors }: Checkpoint, bare: string): string {
  const names = [...tensors.keys()];
  const within = names.find((name) => name.endsWith(`.${bare}`));
  if (within === undefined) return "";
  const body = within.slice(0, -bare.length);
  const prefix = body.endsWith(`.${PREFIX}`) ? body.slice(0, -PREFIX.length) : body;
  const head = names.find(wrappedHead);
  const alsoHead = head === undefined ? "" : `, and ${quote(head)} is ${wrappedHead(head)}`;
  return `; names begin with ${quote(prefix)}${alsoHead}: save the GPT2LMHeadModel that is wrapped`;
}

/** `otherHead` of a name with any prefix. */
function wrappedHead(name: string): string | undefined {
  const parts = name.split(".");
  return parts.map((_, i) => otherHead(parts.slice(i).join("."))).find((kind) => kind !== undefined);
}

function findFloat(checkpoint: Checkpoint, name: string, expected: ExpectedTensor): FoundTensor {
  const tensor = find(checkpoint, name, expected);
  if (!Object.hasOwn(FLOATS, tensor.dtype)) {
    throw failure(tensor, name, `is ${tensor.dtype}; weights are read from ${Object.keys(FLOATS).join(", ")}`);
  }
  return { name, tensor, scales: undefined };
}

function findInt8(checkpoint: Checkpoint, name: string, expected: ExpectedTensor): FoundTensor {
  const tensor = find(checkpoint, name, expected);
  if (tensor.dtype !== "I8") {
    throw failure(tensor, name, `is ${tensor.dtype} among int8 matrices; either all matrices are I8 or none is`);
  }
  if (tensor.int8Layout !== KNOWN_INT8_LAYOUT) {
    const got = tensor.int8Layout === undefined ? "nothing" : quote(tensor.int8Layout);
    throw failure(
      tensor,
      name,
      `is I8; its file's metadata must say "${INT8_LAYOUT}": "${KNOWN_INT8_LAYOUT}", they say ${got}`,
    );
  }
  const scales = find(checkpoint, name + SCALE, { ...expected, shape: scaleShape(expected), role: "vector" });
  if (scales.dtype !== "F32")
    throw failure(scales, name + SCALE, `is ${scales.dtype}; the scales of int8 numbers are F32`);
  return { name, tensor, scales };
}

/** One scale per output. */
export function scaleShape({ shape, role }: ExpectedTensor): number[] {
  return [shape[role === "linear" ? 1 : 0] as number];
}

function find(checkpoint: Checkpoint, name: string, { shape, because, role }: ExpectedTensor): StoredTensor {
  const tensor = checkpoint.tensors.get(name);
  if (!tensor) throw new CheckpointError(checkpoint.name, `is missing; ${holdings(checkpoint)}`, { tensor: name });
  if (!sameShape(tensor.shape, shape)) {
    const transposed = role === "linear" && sameShape([...tensor.shape].reverse(), shape);
    const hint = transposed ? "; it looks transposed, GPT-2 stores Conv1D weights as [in, out]" : "";
    const problem = `is ${formatShape(tensor.shape)}, config.json (${because}) asks for ${formatShape(shape)}${hint}`;
    throw failure(tensor, name, problem);
  }
  return tensor;
}

function checkNothingElse(checkpoint: Checkpoint, config: GPT2Config, found: ReadonlyMap<string, FoundTensor>): void {
  const owned = new Set([...found.values()].flatMap(({ name, scales }) => (scales ? [name, name + SCALE] : [name])));
  for (const [name, tensor] of checkpoint.tensors) {
    const bare = bareName(name);
    if (tensor.isUnnamed || owned.has(name) || isIgnored(bare, config)) continue;
    const head = otherHead(bare);
    if (head === undefined) throw failure(tensor, name, `belongs to no GPT-2 of ${config.nLayer} layers (config.json)`);
    throw failure(tensor, name, `is ${head}; only language models are read: save the model as a GPT2LMHeadModel`);
  }
}

function failure({ source }: StoredTensor, tensor: string, problem: string): CheckpointError {
  return new CheckpointError(source.name, problem, { tensor });
}

function holdings({ tensors }: Checkpoint): string {
  const some = [...tensors.keys()].slice(0, 3).map(quote).join(", ");
  return tensors.size === 0 ? "the checkpoint holds no tensors" : `it holds ${tensors.size} tensors: ${some}, ...`;
}
