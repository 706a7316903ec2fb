/** A module worker that runs the test files it is sent and posts the results. */
import { runTests } from "./run-tests.ts";

self.onmessage = async ({ data }: MessageEvent<readonly string[]>) => self.postMessage(await runTests(data));
