/** The files that training is held against, in packages/gpt/test/fixtures. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const FIXTURES = new URL("../../gpt/test/fixtures/", import.meta.url);

export const fixturePath = (name: string): string => fileURLToPath(new URL(name, FIXTURES));

export const readJson = <T>(name: string): T => JSON.parse(readFileSync(new URL(name, FIXTURES), "utf8"));
