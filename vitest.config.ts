/** One suite over the sources: the condition "@tsgpt/source" makes a package's name lead to its src, with nothing to build. */
import { defineConfig } from "vitest/config";

const SHARED = [
  "packages/{analysis,explorer,gpt,hub,measure,numeric,sampling}/test/**/*.test.ts",
  "bench/test/**/*.test.ts",
];
const ISOLATED = ["packages/{cli,tensor}/test/**/*.test.ts", "test/**/*.test.ts", "tools/**/*.test.ts"];

const conditions = ["@tsgpt/source", "node", "import", "default"];

export default defineConfig(({ mode }) => ({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    projects: [
      // Modules are loaded once a worker, not once a file; these tests leave them as they were.
      { extends: true, test: { name: "shared", isolate: false, include: SHARED } },
      // Others replace globals, start processes, or look at all that the process has.
      { extends: true, test: { name: "isolated", include: ISOLATED } },
    ],
    globalSetup: ["test/setup/announce-skipped.ts"],
    setupFiles: ["test/setup/no-console.ts", "test/setup/matchers.ts"],
    // `pnpm test:full` runs everything; without it long sweeps and executed documents run as a seeded sample.
    env: mode === "full" ? { TSGPT_FULL: "1" } : {},
    maxWorkers: 2,
    testTimeout: 30_000,
  },
}));
