import { expect, test } from "vitest";
import { parseExploreArguments } from "../server/arguments.ts";

test("a free port and an open browser are the defaults", () => {
  const defaults = { port: 0, opens: true, builds: false, help: false };
  expect(parseExploreArguments([])).toEqual(defaults);
  expect(parseExploreArguments(["--port", "8080", "--no-open"])).toEqual({ ...defaults, port: 8080, opens: false });
  expect(parseExploreArguments(["--build"])).toEqual({ ...defaults, builds: true });
  expect(parseExploreArguments(["--help"]).help).toBe(true);
});

test.each(["", "-1", "1.5", "65536", "http"])("--port=%s is refused", (port) => {
  for (const args of [[`--port=${port}`], ["--port", port]]) {
    expect(() => parseExploreArguments(args)).toThrow(`--port must be a whole number from 0 to 65535, got "${port}"`);
  }
});

test("an unknown option, or a word, is refused", () => {
  expect(() => parseExploreArguments(["--prot", "1"])).toThrow("'--prot'");
  expect(() => parseExploreArguments(["x"])).toThrow("'x'");
});
