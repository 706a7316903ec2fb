import { expect, test } from "vitest";
import { parseExploreArguments } from "../server/arguments.ts";

test("a free port and an open browser are the defaults", () => {
  expect(parseExploreArguments([])).toEqual({ port: 0, opens: true, help: false });
  expect(parseExploreArguments(["--port", "8080", "--no-open"])).toEqual({ port: 8080, opens: false, help: false });
  expect(parseExploreArguments(["--help"]).help).toBe(true);
});

test.each(["", "-1", "1.5", "65536", "http"])("--port=%s is refused", (port) => {
  expect(() => parseExploreArguments([`--port=${port}`])).toThrow(
    `--port must be a whole number from 0 to 65535, got "${port}"`,
  );
});

test("an unknown option, or a word, is refused", () => {
  expect(() => parseExploreArguments(["--prot", "1"])).toThrow("'--prot'");
  expect(() => parseExploreArguments(["x"])).toThrow("'x'");
});
