/** The files that the model is held against, in Node. In a browser, tests are given fixture-files.browser.ts in its place. */
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { Engine } from "@tsgpt/tensor";
import type { Model } from "../src/model.ts";
import { loadModel } from "../src/node/index.ts";

const repository = new URL("../../../", import.meta.url);

/** A file's bytes; `path` is from the repository's root. */
export const readBytes = (path: string): Promise<Uint8Array> => readFile(new URL(path, repository));

/** The model in a folder, loaded as a user of Node loads it. */
export const loadFixture = (folder: string, engine: Engine): Promise<Model> =>
  loadModel(fileURLToPath(new URL(folder, repository)), { engine });
