/** The fixture's model at a URL. */
import { readFileSync } from "node:fs";
import { type FileServer, serveFiles } from "../../gpt/test/file-server.ts";

export type { FileServer };

const folder = new URL("../../gpt/test/fixtures/fairytales-1/", import.meta.url);
const NAMES = ["config.json", "model.safetensors", "tokenizer.json"];

export function serveModel(): Promise<FileServer> {
  return serveFiles(new Map(NAMES.map((name) => [name, readFileSync(new URL(name, folder))])));
}
