/** The key of --api-key. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { readApiKey } from "../../src/serve/api-key.ts";
import { emptyFolder } from "../process.ts";

afterEach(() => vi.unstubAllEnvs());

test("@~/key is a file in the home folder, as in every other option", async () => {
  const home = emptyFolder();
  writeFileSync(join(home, "key"), "a-secret\n");
  vi.stubEnv("HOME", home);
  expect(await readApiKey("@~/key")).toBe("a-secret");
});

test.each(["sk-secret", "env:sk-secret", "a@sk-secret"])(
  "an error does not repeat %s, which may be a key",
  async (given) => {
    const error = await readApiKey(given).catch((thrown: Error) => thrown);
    expect(error).toHaveProperty("message", expect.stringContaining("does not take the key itself"));
    expect(error).not.toHaveProperty("message", expect.stringContaining("sk-secret"));
  },
);
