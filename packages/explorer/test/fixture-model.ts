/** The first bundled model, as a fixture: 4,096 tokens, a context of 512. */
import { fileURLToPath } from "node:url";
import type { Model } from "@tsgpt/gpt";
import { loadModel } from "@tsgpt/gpt/node";
import { createSimdEngine } from "@tsgpt/tensor";

const FOLDER = fileURLToPath(new URL("../../gpt/test/fixtures/fairytales-1", import.meta.url));

export const loadFixtureModel = (): Promise<Model> => loadModel(FOLDER, { engine: createSimdEngine({ threads: 1 }) });
