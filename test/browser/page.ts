/** The page's script: runs test files on the page's main thread or in a worker, when its driver (chromium.ts) says so. */
import { runTests, type TestResult } from "./run-tests.ts";
import type { FromWorker } from "./worker.ts";

/** "strict worker": one whose Content-Security-Policy allows it no worker from a blob (server.ts). */
export type Thread = "main" | "worker" | "strict worker";

export type RunIn = (thread: Thread, files: readonly string[]) => Promise<TestResult[]>;

declare const tested: () => Promise<void>; // of chromium.ts, to be called after each test

const runIn: RunIn = (thread, files) => {
  if (thread === "main") return runTests(files, () => void tested());
  const url = `/test/browser/worker.ts${thread === "strict worker" ? "?strict" : ""}`;
  return runInWorker(new Worker(url, { type: "module" }), files);
};

function runInWorker(worker: Worker, files: readonly string[]): Promise<TestResult[]> {
  worker.postMessage(files);
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<FromWorker>) => {
      if (data === "tested") void tested();
      else resolve(data);
    };
    worker.onerror = ({ message, filename }) => reject(new Error(`${filename}: ${message}`));
  });
}

Object.assign(globalThis, { runIn }); // for chromium.ts, which calls it from outside
