/** A module worker that runs the test files it is sent, posts "tested" after each test, and the results at the end. */
import { runTests, type TestResult } from "./run-tests.ts";

export type FromWorker = "tested" | TestResult[];

const post = (message: FromWorker) => self.postMessage(message);

self.onmessage = async ({ data }: MessageEvent<readonly string[]>) => post(await runTests(data, () => post("tested")));
