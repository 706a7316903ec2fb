/** Vite for this page. It needs no plugin for tsgpt: what is here are the model's files and the headers. */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

/** The page is then cross-origin isolated, without which a browser gives no shared memory, and so no threads. */
const ISOLATION = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};

/** What the engine needs of a Content-Security-Policy: WebAssembly, and threads that start from a blob. */
const POLICY = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self' blob:";

// The bundled model, to public/, from where Vite serves it and copies it into a build.
const { resolve } = createRequire(import.meta.url);
for (const name of ["config.json", "model.safetensors", "tokenizer.json"]) {
  copy(resolve(`@tsgpt/fairytales/${name}`), fileURLToPath(new URL(`public/fairytales/${name}`, import.meta.url)));
}

/** A file that is there already is left alone, and none is ever missing or half there: a server may be running. */
function copy(from: string, to: string): void {
  const bytes = readFileSync(from);
  if (existsSync(to) && bytes.equals(readFileSync(to))) return;
  mkdirSync(dirname(to), { recursive: true });
  const part = `${to}.${process.pid}`;
  writeFileSync(part, bytes);
  renameSync(part, to);
}

export default defineConfig({
  base: "./",
  build: { target: "es2023" },
  server: { headers: ISOLATION },
  preview: { headers: { ...ISOLATION, "Content-Security-Policy": POLICY } },
});
