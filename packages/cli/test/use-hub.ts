/** A local hub with a few models for the tests of a file, and for each of them an empty cache. */
import { rmSync } from "node:fs";
import { afterAll, afterEach, beforeAll, beforeEach } from "vitest";
import { type Files, fixtureFiles, modelOf, text } from "../../hub/test/hub-model.ts";
import { type LocalHub, startHub } from "../../hub/test/local-hub.ts";
import { emptyFolder, tsgpt } from "./process.ts";
import type { Outcome } from "./warm.ts";

/** A model of a few kilobytes, with a tokenizer of a megabyte. */
export const tied: Files = {
  ...fixtureFiles("tiny-tied"),
  "tokenizer.json": fixtureFiles("gpt2-tokenizer")["tokenizer.json"],
};
/** Two megabytes. */
export const large = modelOf(2_000_000);

export interface HubSession {
  readonly hub: LocalHub;
  readonly cacheDir: string;
  readonly env: Readonly<Record<string, string>>;
  /** tsgpt with that hub and that cache. */
  run(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<Outcome>;
}

/** Registers it. */
export function useHub(): HubSession {
  let hub: LocalHub;
  let cacheDir = "";
  beforeAll(async () => {
    hub = await startHub({
      "org/tied": { revisions: { main: tied, v1: tied } },
      "org/large": { revisions: { main: large } },
      "org/pickle": { revisions: { main: { "config.json": tied["config.json"], "pytorch_model.bin": text("PK") } } },
      "org/llama": { revisions: { main: { ...tied, "config.json": text({ model_type: "llama" }) } } },
      "openai-community/gpt2": { revisions: { main: tied } },
      "org/gated": { revisions: { main: tied }, token: "hf_secret", gated: true },
    });
  });
  afterAll(() => hub.close());
  beforeEach(() => {
    cacheDir = emptyFolder();
    hub.fault = () => undefined;
    hub.asked.length = 0;
    hub.sentBytes = 0;
  });
  afterEach(() => rmSync(cacheDir, { recursive: true, force: true }));
  const environment = () => ({ HF_ENDPOINT: hub.url, HF_HUB_CACHE: cacheDir });
  return {
    get hub() {
      return hub;
    },
    get cacheDir() {
      return cacheDir;
    },
    get env() {
      return environment();
    },
    run: (args, env = {}) => tsgpt(args, { env: { ...environment(), ...env } }),
  };
}
