/** Runs test files where it is called, in a page or in a worker, and gives a result for each test: what vitest's runner found. */
import { startTests, type Task, type VitestRunner } from "@vitest/runner";

export interface TestResult {
  /** The file and the names of the suites around the test. */
  readonly suite: string;
  readonly name: string;
  /** Of a test that did not pass. */
  readonly error?: string;
}

const runner: VitestRunner = {
  config: {
    root: "/",
    setupFiles: ["/test/setup/matchers.ts"],
    name: undefined,
    passWithNoTests: false,
    testNamePattern: undefined,
    allowOnly: false,
    sequence: { seed: 0, hooks: "stack", setupFiles: "list" },
    chaiConfig: undefined,
    maxConcurrency: 1,
    testTimeout: 30_000,
    hookTimeout: 30_000,
    retry: 0,
    includeTaskLocation: false,
    tags: [],
    tagsFilter: undefined,
    strictTags: true,
  },
  importFile: (path) => import(/* @vite-ignore */ path),
};

/**
 * Runs the files, whose paths are from the repository's root; `onTest` is called after each test. A file that does not load
 * is a test that did not pass.
 */
export async function runTests(files: readonly string[], onTest: () => void): Promise<TestResult[]> {
  const tasks = await startTests(
    files.map((file) => `/${file}`),
    { ...runner, onAfterRunTask: onTest },
  );
  return tasks.flatMap((file) => resultsOf(file, []));
}

function resultsOf(task: Task, above: readonly string[]): TestResult[] {
  const inside = task.type === "suite" ? task.tasks.flatMap((each) => resultsOf(each, [...above, task.name])) : [];
  const error = errorOf(task);
  if (task.type === "suite" && error === undefined) return inside;
  return [...inside, { suite: above.join(" > "), name: task.name, ...(error !== undefined && { error }) }];
}

/** What went wrong, for people; undefined for what passed, and for a suite that only holds tests that did not. */
function errorOf({ type, mode, result }: Task): string | undefined {
  if (result?.state === "pass") return undefined;
  const errors = (result?.errors ?? []).map(({ message, stack = message, diff = "" }) => `${stack}\n${diff}`);
  if (type === "suite" && errors.length === 0) return undefined;
  return errors.join("\n") || `did not run: ${result?.state ?? mode}`;
}
