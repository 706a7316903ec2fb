/** Hostile and broken files are refused in the same words from a folder, a list, a function and a URL. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createReferenceEngine } from "@tsgpt/tensor";
import { afterAll, beforeAll, expect, test } from "vitest";
import { loadModel } from "../src/load-model.ts";
import { loadModel as loadFolder } from "../src/node/index.ts";
import { type FileServer, serveFiles } from "./file-server.ts";
import { hostileFiles, modelWith } from "./hostile-files.ts";
import type { Files } from "./tiny-files.ts";

const engine = createReferenceEngine();
const served: Files = new Map();
let server: FileServer;

beforeAll(async () => {
  server = await serveFiles(served);
});
afterAll(() => server.close());

test.each(hostileFiles)("%s: %s", async (_, name, bytes) => {
  const files = modelWith(name, bytes);
  const fromFolder = await refusal(folderOf(files));
  expect(fromFolder.message).toContain(name);
  const list = [...files].map(([name, bytes]) => new File([bytes as Uint8Array<ArrayBuffer>], name));
  expect(await refusal(loadModel(list, { engine }))).toEqual(fromFolder);
  expect(await refusal(loadModel((name) => files.get(name), { engine }))).toEqual(fromFolder);
  served.clear();
  for (const [name, bytes] of files) served.set(name, bytes);
  expect(await refusal(loadModel(server.url, { engine }))).toEqual(fromFolder);
});

async function folderOf(files: Files): Promise<unknown> {
  const folder = mkdtempSync(join(tmpdir(), "tsgpt-"));
  try {
    for (const [name, bytes] of files) writeFileSync(join(folder, name), bytes);
    return await loadFolder(folder, { engine });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function refusal(load: Promise<unknown>): Promise<{ name: string; message: string }> {
  const { name, message } = await load.then(
    () => expect.unreachable("was read"),
    (thrown) => thrown,
  );
  return { name, message };
}
