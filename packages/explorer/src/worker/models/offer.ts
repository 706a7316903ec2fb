/**
 * What a model needs, and in which dtypes it fits, before it is loaded; as `tsgpt info` says it. And what the page
 * keeps besides.
 */
import { memoryByDtype } from "@tsgpt/gpt";
import { createEngine, type Engine, WEIGHT_DTYPES, type WeightDtype } from "@tsgpt/tensor";
import type { ModelOffer } from "../../protocol/model.ts";
import { pageMemory } from "../page-memory.ts";
import type { Source } from "./sources.ts";

/** What the loader tries by itself, the most precise first: f16 is no smaller than bf16, and slower. */
const AUTOMATIC: readonly WeightDtype[] = ["f32", "bf16", "int8"];

/** `available` is what an engine can have, in bytes. @throws what inspecting throws */
export async function offerOf({ name, inspect, download }: Source, available: number): Promise<ModelOffer> {
  const { config, summary, name: folder } = await inspect();
  const memory = memoryByDtype(config);
  const possible: readonly WeightDtype[] = "I8" in summary.dtypes ? ["int8"] : WEIGHT_DTYPES; // int8 stays as it is
  const fitting = possible.filter((dtype) => memory[dtype].total <= available);
  return {
    name: name ?? folder,
    config,
    parameters: summary.parameters,
    stored: summary.dtypes,
    bytes: summary.bytes,
    download,
    memory,
    page: pageMemory(config),
    availableBytes: available,
    fitting,
    dtype: fitting.find((dtype) => AUTOMATIC.includes(dtype)),
  };
}

/** Bytes that a model may take: what an engine can address, at most what the device has. */
export async function availableBytes(current: Engine | undefined): Promise<number> {
  return Math.min(current?.memory?.limitBytes ?? (await limitOfEngine()), deviceBytes() ?? Number.POSITIVE_INFINITY);
}

async function limitOfEngine(): Promise<number> {
  const engine = await createEngine({ threads: 1 });
  const { limitBytes = Number.POSITIVE_INFINITY } = engine.memory ?? {};
  engine.dispose();
  return limitBytes;
}

const GIB = 2 ** 30;
const USUAL_DEVICE = 4 * GIB; // bytes, where the browser does not say

/** The device's memory, rounded, where the browser says; it says no more than 8 GiB of many. */
function deviceBytes(): number | undefined {
  const { deviceMemory } = (globalThis.navigator ?? {}) as { readonly deviceMemory?: number };
  return deviceMemory === undefined ? undefined : deviceMemory * GIB;
}

/** Whether there is room for two models: half of the device's memory; the rest is the browser's and others'. */
export function isRoomFor(bytes: number): boolean {
  return bytes <= (deviceBytes() ?? USUAL_DEVICE) / 2;
}
