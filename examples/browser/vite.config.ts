/** Vite for this page. It needs no plugin for tsgpt: what is here are the model's files and the headers. */
import { cpSync } from "node:fs";
import { createRequire } from "node:module";
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
  cpSync(resolve(`@tsgpt/fairytales/${name}`), fileURLToPath(new URL(`public/fairytales/${name}`, import.meta.url)));
}

export default defineConfig({
  base: "./",
  build: { target: "es2023" },
  server: { headers: ISOLATION },
  preview: { headers: { ...ISOLATION, "Content-Security-Policy": POLICY } },
});
