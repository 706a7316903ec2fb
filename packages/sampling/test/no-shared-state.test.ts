/** No module of these packages has state of its own: what changes belongs to a sampler, a generator or a workspace. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const packages = join(import.meta.dirname, "../..");

/** Lines outside of any function that declare a variable, or an array or a map that code may write to. */
const STATE = /^(?:export )?let |^(?:export )?const \w+(?:: [^=]+)? = (?:\[\]|\{\}|new (?:Map|Set|WeakMap)\(\))/m;

test.each(["numeric", "sampling"])("%s", (name) => {
  const folder = join(packages, name, "src");
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts"));
  expect(files.length).toBeGreaterThan(5);
  expect(files.filter((file) => STATE.test(readFileSync(join(folder, file), "utf8")))).toEqual([]);
});
