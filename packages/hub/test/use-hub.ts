/** A local hub for the tests of a file, and for each of them an empty cache and a hub without faults. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach } from "vitest";
import { type FetchOptions, fetchModel, type HubEvent } from "../src/index.ts";
import type { Files } from "./hub-model.ts";
import { type Asked, type Fault, hashOf, type LocalHub, sha256, startHub } from "./local-hub.ts";

export const ID = "org/model";

export interface HubSession {
  readonly hub: LocalHub;
  readonly cacheDir: string;
  /** Seconds that `get` was asked to wait, and did not. */
  readonly waits: number[];
  readonly events: HubEvent[];
  readonly env: Readonly<Record<string, string>>;
  /** Puts files on the hub, as main. */
  publish(main: Files, id?: string): void;
  /** fetchModel, without its waits. */
  get(options?: FetchOptions, id?: string): ReturnType<typeof fetchModel>;
  /** A path in the model's folder of the cache. */
  path(...rest: string[]): string;
  /** Names of the files that the hub was asked for, header reads left out. */
  fetched(): string[];
  /** Switches a fault on for requests of the weights' bytes from the beginning or a part on, the first `times` of them. */
  onDownload(fault: Fault, times?: number): void;
  /** Those requests. */
  downloads(): Asked[];
  /** Where what has come of a large file is kept. */
  partOf(bytes: Uint8Array): string;
  /** Puts the beginning of a file where an earlier run would have left it. */
  leavePart(whole: Uint8Array, beginning: Uint8Array): void;
  /** Fills the cache as Python's huggingface_hub does. */
  asPython(files: Files, commit: string, folder?: string, ref?: string): void;
  /** Says in the cache that the commit has no such file. */
  markAbsent(commit: string, name: string): void;
}

/** Registers it. */
export function useHub(): HubSession {
  let hub: LocalHub;
  let cacheDir = "";
  const waits: number[] = [];
  const events: HubEvent[] = [];
  beforeAll(async () => {
    hub = await startHub({});
  });
  afterAll(() => hub.close());
  beforeEach(() => {
    cacheDir = mkdtempSync(join(tmpdir(), "tsgpt-hub-"));
    for (const id of Object.keys(hub.repos)) delete hub.repos[id];
    for (const list of [hub.asked, waits, events]) list.length = 0;
    hub.fault = () => undefined;
    hub.mostActive = 0;
  });
  afterEach(() => rmSync(cacheDir, { recursive: true, force: true }));
  const environment = () => ({ HF_ENDPOINT: hub.url, HF_HUB_CACHE: cacheDir, HOME: cacheDir });
  const partOf = (bytes: Uint8Array) => join(cacheDir, "models--org--model/blobs", `${sha256(bytes)}.incomplete`);
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
    waits,
    events,
    publish: (main, id = ID) => {
      hub.repos[id] = { revisions: { main } };
    },
    get: (options = {}, id = ID) => {
      const sleep = async (seconds: number) => void waits.push(seconds);
      return fetchModel(id, { env: environment(), sleep, onEvent: (event) => events.push(event), ...options });
    },
    path: (...rest) => join(cacheDir, "models--org--model", ...rest),
    fetched: () =>
      hub.asked.filter(({ kind, range }) => kind === "file" && !/-\d+$/.test(range ?? "")).map(({ name }) => name),
    onDownload: (fault, times = 1) => {
      let left = times;
      hub.fault = (asked) => (isDownload(asked) && left-- > 0 ? fault : undefined);
    },
    downloads: () => hub.asked.filter(isDownload),
    partOf,
    leavePart: (whole, beginning) => {
      mkdirSync(join(partOf(whole), ".."), { recursive: true });
      writeFileSync(partOf(whole), beginning);
    },
    asPython: (files, commit, folder = "models--org--model", ref = "main") =>
      fillAsPython(join(cacheDir, folder), files, commit, ref),
    markAbsent: (commit, name) => {
      const folder = join(cacheDir, "models--org--model/.no_exist", commit);
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, name), "");
    },
  };
}

/** The two reads of a header are ranges with an end. */
const isDownload = ({ kind, range }: Asked) => kind === "store" && !/-\d+$/.test(range ?? "");

function fillAsPython(root: string, files: Files, commit: string, ref: string): void {
  for (const name of ["blobs", `snapshots/${commit}`, "refs"]) mkdirSync(join(root, name), { recursive: true });
  writeFileSync(join(root, "refs", ref), commit);
  for (const [name, bytes] of Object.entries(files)) {
    writeFileSync(join(root, "blobs", hashOf(name, bytes)), bytes);
    symlinkSync(join("../../blobs", hashOf(name, bytes)), join(root, "snapshots", commit, name));
  }
}
