/** The build of the page: a folder that any static host can serve, with the bundled model and the page's policy. */
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { defineConfig, type Plugin } from "vite";
import { documentWords } from "./src/document-words.ts";
import { serviceWorker } from "./vite/service-worker.ts";

const { resolve } = createRequire(import.meta.url);

/**
 * Where models of the hub come from, as sources of a Content-Security-Policy; the first is the hub's own address. Tests
 * set a hub of their own.
 */
const HUB = process.env["TSGPT_EXPLORER_HUB"] ?? "https://huggingface.co https://*.hf.co";

const POLICY = [
  "default-src 'self'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "worker-src 'self' blob:", // the threads of the engine start from a blob
  `connect-src 'self' ${HUB}`,
  "img-src 'self' data:",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
].join("; ");

/** The hub client's build for browsers, which its package names in a way that bundlers do not look for. */
const HUB_CLIENT = join(
  dirname(createRequire(resolve("@tsgpt/hub/remote")).resolve("@huggingface/hub")),
  "browser/index.mjs",
);

const policy: Plugin = {
  name: "policy",
  apply: "build",
  transformIndexHtml: () => [
    { tag: "meta", attrs: { "http-equiv": "Content-Security-Policy", content: POLICY }, injectTo: "head-prepend" },
  ],
};

/** The document's own words. */
const words: Plugin = {
  name: "words",
  transformIndexHtml: () => [
    { tag: "title", children: documentWords.title, injectTo: "head" },
    { tag: "noscript", children: documentWords.noScript, injectTo: "body" },
  ],
};

/** The bundled model's files, to models/fairytales. */
const bundledModel: Plugin = {
  name: "bundled-model",
  apply: "build",
  generateBundle() {
    const folder = dirname(resolve("@tsgpt/fairytales/config.json"));
    const names = ["config.json", "generation_config.json", "model.safetensors", "tokenizer.json"];
    for (const name of names.filter((name) => existsSync(join(folder, name)))) {
      const source = readFileSync(join(folder, name));
      this.emitFile({ type: "asset", fileName: `models/fairytales/${name}`, source });
    }
  },
};

export default defineConfig({
  base: "./",
  plugins: [policy, words, bundledModel, serviceWorker(POLICY)],
  define: { "import.meta.env.TSGPT_EXPLORER_HUB": JSON.stringify(HUB.split(" ")[0]) },
  resolve: { alias: { "@huggingface/hub": HUB_CLIENT } },
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  worker: { format: "es" },
  build: { target: "es2023", assetsInlineLimit: 0, modulePreload: { polyfill: false }, reportCompressedSize: false },
});
