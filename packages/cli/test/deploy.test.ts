/** deploy/: the manifest is a Job that Kubernetes takes, and what the Dockerfile and the manifest run does run. */
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { FULL } from "../../../test/setup/sample.ts";
import { cleanEnvironment } from "./clean-environment.ts";
import { violations } from "./json-schema.ts";
import { emptyFolder, spawned, tsgpt } from "./process.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const manifest = readFileSync(join(root, "deploy/kubernetes-job.yaml"), "utf8");
const schema = JSON.parse(readFileSync(new URL("fixtures/kubernetes/job-schema.json", import.meta.url), "utf8"));
const job = parse(manifest);
const dockerfile = readFileSync(join(root, "deploy/Dockerfile"), "utf8");

/** The arguments of one part, with the volume in a folder, as the kubelet expands them. */
const argumentsOf = (index: number, data: string): string[] =>
  job.spec.template.spec.containers[0].args.map((word: string) =>
    word.replace("$(JOB_COMPLETION_INDEX)", String(index)).replace("/data", data),
  );

describe("the manifest", () => {
  test("fits the schema of a Job", () => {
    expect(violations(job, schema)).toEqual([]);
  });

  test.each([
    ["completions: 8", "complitions: 8", "$.spec: has complitions"],
    ["completions: 8", 'completions: "8"', "$.spec.completions: string is not number"],
    ["completionMode: Indexed", "completionMode: indexed", "$.spec.completionMode: indexed is not listed"],
    ["- name: tsgpt", "- label: tsgpt", "$.spec.template.spec.containers[0]: lacks name"],
  ])("with %s as %s does not", (right, wrong, message) => {
    expect(manifest).toContain(right);
    expect(violations(parse(manifest.replace(right, wrong)), schema)).toContain(message);
  });

  test("has as many parts as --shard says", () => {
    const { completions, parallelism } = job.spec;
    expect(argumentsOf(3, "")).toContain(`3/${completions}`);
    expect(parallelism).toBeLessThanOrEqual(completions);
  });

  test("takes an image that is in no registry, and as many threads as it requests CPUs", () => {
    const [container] = job.spec.template.spec.containers;
    expect([container.image, container.imagePullPolicy]).toEqual(["tsgpt", "IfNotPresent"]);
    const words = argumentsOf(0, "");
    const after = (option: string) => Number(words[words.indexOf(option) + 1]);
    expect(after("--workers") * after("--threads")).toBe(Number(container.resources.requests.cpu));
  });

  test("gives all lines one entry when every index has run, the first of them all at once", async () => {
    const data = emptyFolder();
    writeFileSync(join(data, "in.jsonl"), '"Once upon a time"\n"The king"\n');
    const { completions, parallelism } = job.spec;
    const indices = FULL ? [...Array(completions).keys()] : [0]; // all lines are in the first shard
    for (let i = 0; i < indices.length; i += parallelism) {
      const some = indices.slice(i, i + parallelism);
      const runs = await Promise.all(some.map((index) => spawned([...argumentsOf(index, data), "--threads", "1"])));
      expect(runs.map(({ code }) => code)).toEqual(some.map(() => 0));
    }
    const { stderr, code } = await tsgpt(["batch", "merge", join(data, "scores")]);
    expect([stderr, code]).toEqual(["1 shard, 2 lines: each line is answered once\n", 0]);
  });
});

describe("the Dockerfile", () => {
  test("runs on the Node of the workspace, and copies and starts what is there", () => {
    const { engines } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
    const images = [...dockerfile.matchAll(/^FROM node:(\d+)/gm)].map(([, major]) => major);
    expect(images).toEqual(["20", "20"]);
    expect(engines.node).toBe(">=20.20");
    expect(dockerfile).toContain('ENTRYPOINT ["node", "/app/packages/cli/dist/main.js"]');
    expect(existsSync(join(root, "packages/cli/dist/main.js"))).toBe(true);
  });

  test("leaves out what it makes itself", () => {
    expect(readFileSync(join(root, "deploy/Dockerfile.dockerignore"), "utf8").split("\n")).toEqual(
      expect.arrayContaining(["**/node_modules", "**/dist"]),
    );
  });

  test.skipIf(!FULL)("needs nothing but what it installs: a copy without the development's packages runs", () => {
    const app = join(emptyFolder(), "app");
    const ignored = ["node_modules", ".git"].map((name) => new RegExp(`(^|/)${name}(/|$)`));
    cpSync(root, app, { recursive: true, filter: (path) => !ignored.some((name) => name.test(relative(root, path))) });
    const [, command = ""] = /^RUN npx -y pnpm@12 (install .*)$/m.exec(dockerfile) ?? [];
    const pnpm = join(root, "node_modules/.bin/pnpm");
    // All packages are in pnpm's store; only the policies on their age and origin would ask the registry.
    const offline = ["--offline", "--config.minimum-release-age=0", "--config.trustPolicy=off"];
    execFileSync(pnpm, [...command.split(" "), ...offline], { cwd: app, stdio: "pipe" });
    expect(existsSync(join(app, "node_modules/vitest"))).toBe(false);
    const data = emptyFolder();
    writeFileSync(join(data, "in.jsonl"), '"Once upon a time"\n');
    const options = { cwd: data, env: cleanEnvironment(), stdio: "pipe" } as const;
    execFileSync(process.execPath, [join(app, "packages/cli/dist/main.js"), ...argumentsOf(0, data)], options);
    expect(readdirSync(join(data, "scores")).length).toBe(3); // the manifest, the results, the folder of partial files
  });
});
