/** bullmq and ioredis: loaded for a queue and nowhere else, and what is said where they are not installed. */
import { spawnSync } from "node:child_process";
import { cpSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { emptyFolder } from "../../cli/test/process.ts";

test("a queue whose packages are not installed is an error with the command that installs them", () => {
  const folder = emptyFolder(); // without node_modules
  cpSync(new URL("../dist/", import.meta.url), folder, { recursive: true });
  const open = `import("./queues/open-queue.js").then(({ openQueue }) => openQueue({ url: "redis://127.0.0.1:9" }))`;
  const { stderr } = spawnSync(process.execPath, ["-e", open], { cwd: folder, encoding: "utf8" });
  expect(stderr).toContain('"npm install bullmq ioredis"');
});

test("the packages of the queue are loaded when there is one, and nowhere else", () => {
  const sources = new URL("../src/", import.meta.url).pathname;
  const names = readdirSync(sources, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ts"));
  const naming = names.filter((name) =>
    /from "(bullmq|ioredis)"|import\("/.test(readFileSync(join(sources, name), "utf8")),
  );
  expect(naming.sort()).toEqual(["queues/offers.ts", "queues/open-queue.ts", "queues/reach-redis.ts"]);
  const importsOf = (name: string) =>
    (readFileSync(join(sources, name), "utf8").match(/^.*(bullmq|ioredis)"[;)].*$/gm) ?? []).map((line) => line.trim());
  expect(importsOf("queues/reach-redis.ts")).toEqual(['import type { Redis } from "ioredis";']);
  expect(importsOf("queues/offers.ts")).toEqual(['import type { Queue } from "bullmq";']);
  expect(importsOf("queues/open-queue.ts")).toEqual([
    'import type { Job, Queue, Worker } from "bullmq";',
    'import type { Redis } from "ioredis";',
    'const [bullmq, ioredis] = await installed(Promise.all([import("bullmq"), import("ioredis")]));',
  ]);
});
