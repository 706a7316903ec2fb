/** One suite over the sources: the condition "@tsgpt/source" makes a package's name lead to its src, with nothing to build. */
import { defineConfig } from "vitest/config";

const SHARED = ["packages/*/test/**/*.test.ts", "bench/test/**/*.test.ts", "test/**/*.test.ts", "tools/**/*.test.ts"];
/** They replace modules or globals, or change what others read. */
const ALONE = [
  "packages/cli/test/{logprobs,make-engine}.test.ts",
  "packages/explorer/test/{heads-state,live,sampling-state,tour-state}.test.ts",
  "packages/tensor/test/fallback.test.ts",
  "test/{examples,packed,registry,run}.test.ts",
];

const conditions = ["@tsgpt/source", "node", "import", "default"];

export default defineConfig(({ mode }) => ({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    projects: [
      // Modules are loaded once a worker, not once a file; these tests leave them as they were.
      { extends: true, test: { name: "shared", isolate: false, include: SHARED, exclude: ALONE } },
      { extends: true, test: { name: "isolated", include: ALONE } },
    ],
    globalSetup: ["test/setup/announce-skipped.ts"],
    setupFiles: ["test/setup/no-console.ts", "test/setup/matchers.ts", "test/setup/folders.ts"],
    // `pnpm test:full` runs everything; without it long sweeps and executed documents run as a seeded sample.
    env: mode === "full" ? { TSGPT_FULL: "1" } : {},
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 60_000, // a browser starts, on a machine with other work
  },
}));
