/** One suite over the sources: the condition "@tsgpt/source" makes a package's name lead to its src, with nothing to build. */
import { defineConfig } from "vitest/config";

const conditions = ["@tsgpt/source", "node", "import", "default"];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: ["packages/*/test/**/*.test.ts", "bench/test/**/*.test.ts", "test/**/*.test.ts", "tools/**/*.test.ts"],
    globalSetup: ["test/setup/announce-skipped.ts"],
    setupFiles: ["test/setup/no-console.ts", "test/setup/matchers.ts"],
    testTimeout: 30_000,
  },
});
