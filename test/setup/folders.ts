/** Run before each file of tests: what `emptyFolder` gave out is removed when the file's tests have ended. */
import { afterAll } from "vitest";
import { removeFolders } from "../../packages/cli/test/process.ts";

afterAll(removeFolders);
