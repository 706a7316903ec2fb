/** The cases of packages/gpt/test/fixtures/lens, and what a pass over their ids records. */
import {
  forward,
  loadParameters,
  type Model,
  memorySource,
  parseConfig,
  record,
  singleFileCheckpoint,
} from "@tsgpt/gpt";
import { createReferenceEngine, createSimdEngine, type Engine, type Tensor, type WeightDtype } from "@tsgpt/tensor";
import type { Attribution } from "../src/index.ts";
import { loadFixture, readBytes } from "./fixture-files.ts";

export interface LensCase {
  readonly position: number;
  /** null: the likeliest token. */
  readonly target: number | null;
  readonly lens: readonly {
    readonly hook: string;
    readonly targetLogprob: number;
    readonly top: readonly (readonly [id: number, probability: number])[];
  }[];
  readonly attribution: Attribution;
}

const FOLDER = "packages/gpt/test/fixtures";

const TINY = [
  "tiny-tied",
  "tiny-untied",
  "tiny-f16",
  "tiny-bf16",
  "tiny-inverse-layer-scale",
  "tiny-odd-sizes",
] as const;

interface LensEngine {
  readonly engineName: string;
  readonly create: () => Engine;
  /** The float32 error of an activation that packages/gpt/test/engines.ts allows. */
  readonly atol: number;
  /** The trained model takes the reference kernels a second. */
  readonly models: readonly string[];
}

export const LENS_ENGINES: readonly LensEngine[] = [
  { engineName: "reference", create: createReferenceEngine, atol: 5e-6, models: TINY },
  {
    engineName: "simd",
    create: () => createSimdEngine({ threads: 1 }),
    atol: 8e-6,
    models: [...TINY, "fairytales-1"],
  },
];

export async function lensFixture(name: string): Promise<{ ids: number[]; cases: LensCase[] }> {
  return JSON.parse(new TextDecoder().decode(await readBytes(`${FOLDER}/lens/${name}.json`)));
}

export interface Recorded {
  readonly model: Model;
  readonly activations: Map<string, Tensor>;
  /** [T, V] */
  readonly logits: Tensor;
}

export async function recorded(name: string, ids: readonly number[], engine: Engine): Promise<Recorded> {
  const model = await loadFixture(`${FOLDER}/${name}`, engine);
  return { model, ...passOver(model, ids) };
}

export function passOver(model: Model, ids: readonly number[]): Omit<Recorded, "model"> {
  const activations = new Map<string, Tensor>();
  return { activations, logits: forward(model, ids, { trace: record(activations) }) };
}

/** A fixture's model with its matrices in `dtype`. */
export async function narrowed(name: string, engine: Engine, dtype: WeightDtype): Promise<Model> {
  const read = (file: string) => readBytes(`${FOLDER}/${name}/${file}`);
  const config = parseConfig(new TextDecoder().decode(await read("config.json")), "config.json");
  const checkpoint = await singleFileCheckpoint(memorySource(name, await read("model.safetensors")));
  const parameters = await loadParameters(checkpoint, config, engine, { dtype });
  return { name, config, parameters, engine, tokenizer: undefined };
}
