/** Loads a model into a session of its own, and says what it runs on. */
import { loadModel, type Model, weightBytes } from "@tsgpt/gpt";
import { EngineError, type WeightDtype } from "@tsgpt/tensor";
import { drawDefaultsOf } from "../model-defaults.ts";
import type { LoadProgress, ModelInfo } from "../protocol/model.ts";
import type { OpenedFiles, Source } from "./models/sources.ts";
import { createSession, type Session } from "./session.ts";

export interface Loading {
  /** Undefined for the first that fits. */
  readonly dtype: WeightDtype | undefined;
  /** Whether its generation config says how it draws by default. */
  readonly hasDrawDefaults: boolean;
  readonly report: (progress: LoadProgress) => void;
  readonly signal: AbortSignal;
  /** Frees memory, if it can; false if it cannot. */
  readonly makeRoom: () => Promise<boolean>;
}

export interface LoadedSession {
  readonly session: Session;
  readonly info: Omit<ModelInfo, "isFromUrl" | "hub">;
}

/** Where the memory does not suffice, it makes room and tries again. @throws what `loadModel` throws, and a download */
export async function load(source: Source, loading: Loading): Promise<LoadedSession> {
  return source.withFiles(loading.report, async (opened) => {
    const attempt = () => loadFrom(opened, source.name, loading);
    return attempt().catch(async (error: unknown) => {
      if (error instanceof EngineError && (await loading.makeRoom())) return attempt();
      throw error;
    });
  });
}

async function loadFrom(
  { files, note }: OpenedFiles,
  name: string | undefined,
  { dtype, hasDrawDefaults, report, signal }: Loading,
): Promise<LoadedSession> {
  const notes = note === undefined ? [] : [note];
  const loaded = await loadModel(files, {
    signal,
    ...(name !== undefined && { name }),
    ...(dtype !== undefined && { dtype }),
    onNote: (line) => notes.push(line),
    onProgress: ({ loaded, total }) => report({ stage: "load", loaded, total }),
  });
  const drawDefaults = hasDrawDefaults && loaded.generation ? drawDefaultsOf(loaded.generation) : {};
  const model = { ...loaded, drawDefaults };
  try {
    return { session: createSession(model), info: { ...describe(model, notes), drawDefaults } };
  } catch (error) {
    model.engine.dispose();
    throw error;
  }
}

function describe(model: Model, notes: readonly string[]): Omit<LoadedSession["info"], "drawDefaults"> {
  const { name, config, engine, parameters } = model;
  const { dtype } = parameters.wte;
  return {
    name,
    config,
    dtype,
    weightBytes: weightBytes(model),
    kernels: engine.kernelSet,
    threads: engine.threads,
    notes,
  };
}
