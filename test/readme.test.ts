/** The documents tell the truth: their code runs, their links, files and names are there, their order and numbers are those of the sources. */
import { execFile } from "node:child_process";
import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { blocks, documents, inlineCode, leadsSomewhere, prose, root, text } from "./documents/documents.ts";
import { shippedSizes } from "./documents/shipped-model.ts";
import { sample } from "./setup/sample.ts";

/** Names in the documents that are not ours: @huggingface/hub's. */
const FOREIGN_NAMES = ["downloadFileToCacheDir", "scanCacheDir", "getHFHubCachePath"];

const exampleServer = pathToFileURL(join(root, "test/documents/example-server.js")).href;
const scratch = join(root, "examples/dist/documents"); // inside a member, so that packages are found by name
beforeAll(() => mkdirSync(scratch, { recursive: true }));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** test/serve-doc.test.ts runs those that need a server. */
const snippets = blocks("ts").filter(({ document }) => document !== "docs/serve.md");
const isReadme = ({ document }: { readonly document: string }) => document === "README.md";
const tried = [
  ...snippets.filter(isReadme),
  ...sample(
    snippets.filter((snippet) => !isReadme(snippet)),
    4,
  ),
];

test("there are snippets to run", () => expect(snippets.length).toBeGreaterThan(7));

test.concurrent.each(tried)("the snippet $number of $document runs", async ({ document, number, code }) => {
  const file = join(scratch, `${document.replaceAll(/\W/g, "-")}-${number}.js`);
  writeFileSync(file, code); // the snippets' TypeScript has no types to strip
  await promisify(execFile)(process.execPath, ["--import", exampleServer, file], { cwd: root });
});

/** Names of files and of what is declared in them, in every source and test. */
const sources = sourcesIn("packages", "bench", "examples", "test", "tools", "weights");
const fileNames = new Set(sources.map((path) => path.split("/").at(-1)));

function sourcesIn(...folders: string[]): string[] {
  return folders.flatMap((folder) =>
    readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
      const path = `${folder}/${entry.name}`;
      if (entry.isDirectory()) return /^(node_modules|dist)$/.test(entry.name) ? [] : sourcesIn(path);
      return [path];
    }),
  );
}

describe.each(documents)("%s", (document) => {
  test("links lead to files that exist", () => {
    const links = [...text(document).matchAll(/\]\((?!https?:|#)([^)#]+)[^)]*\)/g)].map((match) => match[1]);
    expect(links.filter((link) => !leadsSomewhere(document, link))).toEqual([]);
  });

  test("paths in the prose lead to files that exist", () => {
    const paths = prose(document).matchAll(
      /(?<![\w/.:@$*-])(?:[\w.-]+\/)+[\w.-]+\.(?:ts|md|json|js|py|svg|tsv|txt|yml)\b/g,
    );
    const missing = [...paths].map(([path]) => path).filter((path) => !leadsSomewhere(document, path));
    expect(missing).toEqual([]);
  });

  test("a file named alone is the name of one here", () => {
    const named = inlineCode(document).filter((code) => /^[\w-]+\.(?:ts|md|js|py|json|tsv|txt)$/.test(code));
    expect(named.filter((name) => !fileNames.has(name))).toEqual([]);
  });
});

test("what is said to be in a file is there", () => {
  const claims = documents.flatMap((document) =>
    [...prose(document).matchAll(/`(\w+)`\s+in\s+(?:\[[^\]]*\]\(([^)]+\.ts)\)|`([\w/.-]+\.ts)`)/g)].map(
      ([, name, link, path]) => ({ document, name, path: link ? join(document, "..", link) : path }),
    ),
  );
  expect(claims.map(({ name }) => name)).toContain("multiplyAddsPerToken");
  expect(claims.filter(({ name, path }) => !new RegExp(`\\b${name}\\b`).test(text(path)))).toEqual([]);
});

test("every name in the prose is one of the sources", () => {
  const code = sources.filter((path) => /\.(ts|js|py)$/.test(path)).map(text);
  const words = new Set(code.join("\n").match(/\w+/g));
  const names = documents.flatMap((document) =>
    inlineCode(document)
      .filter((code) => /^(?=.*[a-z])(?=.*[A-Z])[A-Za-z]\w+(?:\(\))?$/.test(code))
      .map((code) => ({ document, name: code.replace("()", "") })),
  );
  expect(names.length).toBeGreaterThan(20);
  expect(names.filter(({ name }) => !words.has(name) && !FOREIGN_NAMES.includes(name))).toEqual([]);
});

test("the README and docs/reading-order.md have one order, which ends with the fast kernels", () => {
  const items = [...text("README.md").matchAll(/^\d+\. \[([^\]]+)\]\(([^)]+)\)/gm)];
  const headings = [...text("docs/reading-order.md").matchAll(/^## \d+\. .*?: \[([^\]]+)\]\(\.\.\/([^)]+)\)/gm)];
  expect(items.map(([, ...file]) => file)).toEqual(headings.map(([, ...file]) => file));
  expect(items).toHaveLength(text("docs/reading-order.md").match(/^## /gm)?.length as number);
  expect(items.at(-1)?.[1]).toBe("packages/tensor/src/kernels/simd/assembly/");
});

test("README's numbers for the letters are those of the models", () => {
  const bundled = JSON.parse(text("weights/fairytales/config.json"));
  const row = (letter: string) => {
    const cells = new RegExp(`^\\| ${letter} .*$`, "m").exec(text("README.md"))?.[0].split("|") as string[];
    return cells.slice(3, 5).map((cell) => Number(cell.replaceAll(/[^\d]/g, "")));
  };
  // GPT-2's: openai-community/gpt2, config.json
  expect(row("S")).toEqual([bundled.n_positions, 1024]);
  expect(row("C")).toEqual([bundled.n_embd, 768]);
  expect(row("H")).toEqual([bundled.n_head, 12]);
  expect(row("D")).toEqual([bundled.n_embd / bundled.n_head, 64]);
  expect(row("V")).toEqual([bundled.vocab_size, 50257]);
  expect(row("L")).toEqual([bundled.n_layer, 12]);
});

test("README's counts are those of the fixtures", () => {
  const fixtures = "packages/gpt/test/fixtures";
  const tiny = readdirSync(join(root, fixtures)).filter((name) => /^tiny-(?!random)/.test(name));
  const vectors = JSON.parse(text(`${fixtures}/gpt2-tokenizer/vectors.json`));
  const decoded = readdirSync(join(root, fixtures, "decode")).map((name) => text(`${fixtures}/decode/${name}`));
  const beams = decoded.reduce((sum, file) => sum + JSON.parse(file).beams.length, 0);
  expect(tiny).toHaveLength(15);
  const readme = text("README.md").replaceAll(/\s+/g, " ");
  expect(readme).toContain("run fifteen tiny checkpoints");
  expect(readme).toContain(`reproduces ${vectors.length} published texts`);
  expect(readme).toContain(`${beams} beam searches`);
});

test("README's speeds are those of bench/results/peers.md, two threads each", () => {
  const rows = [
    ...text("bench/results/peers.md").matchAll(/^\| ([\w-]+) \| [^|]+ \| 2 \| ([\d.,]+) \| [^|]+ \| ([\d.]*) *\|/gm),
  ];
  const [decode, prefill] = [rows.slice(0, 3), rows.slice(3, 6)];
  expect([...decode, ...prefill].map(([, engine]) => engine).join(" ")).toBe(
    "tsgpt onnxruntime-node onnxruntime-web tsgpt onnxruntime-node onnxruntime-web",
  );
  const readme = text("README.md").replaceAll(/\s+/g, " ");
  for (const [[, , rate], [, node, , overNode], [, web, , overWeb]] of [decode, prefill]) {
    expect(readme).toContain(`${Number(rate).toFixed(0)} tokens/s`);
    expect(readme).toContain(`${Number(overWeb).toFixed(1)} times as fast as ${web}`);
    if (Number(overNode) > 1) expect(readme).toContain(`${Number(overNode).toFixed(1)} times as fast as ${node}`);
    else expect(readme).toContain(`a third as fast as ${node}`);
  }
});

test("the lecture is named where its rules are followed", () => {
  for (const document of ["README.md", "docs/reading-order.md", "docs/sampling.md"]) {
    const words = text(document).replaceAll(/\s+/g, " ");
    expect(words, document).toMatch(/"Sampling and Inference" of the course EN\.705\.743, "ChatGPT from Scratch"/);
  }
});

test("CONTRIBUTING's directions of import are those that are tested", () => {
  const [, rules] = /const ALLOWED[^{]*(\{[\s\S]*?\n\});/.exec(text("test/dependency-direction.test.ts")) as string[];
  for (const [, member, list] of (rules as string).matchAll(/"packages\/(\w+)": \[([^\]]*)\]/g)) {
    const allowed = [...(list as string).matchAll(/@tsgpt\/(\w+)/g)].map(([, name]) => `\`${name}\``);
    const line =
      new RegExp(`^ *- \`${member}\` (?:may import|imports) (.*)$`, "m").exec(text("CONTRIBUTING.md"))?.[1] ?? "";
    expect(line.match(/`\w+`/g) ?? [], `CONTRIBUTING.md on ${member}`).toEqual(allowed);
  }
});

test("the bundled model's card has its sources, every line of them with a license", () => {
  const [head, ...lines] = text("weights/fairytales/SOURCES.tsv").trimEnd().split("\n");
  expect(head?.split("\t")).toContain("licence");
  expect(lines).toHaveLength(64);
  for (const line of lines) expect(line).toMatch(/\tpublic domain \(US\)$/);
});

test("the bundled model's card has its number of parameters and its own top-p", async () => {
  const card = text("weights/fairytales/README.md");
  const { top_p } = JSON.parse(text("weights/fairytales/generation_config.json"));
  expect(card).toContain(`${(await shippedSizes()).parameters.toLocaleString("en")} parameters |`);
  expect(card).toContain(`| sampling | top-p ${top_p}, in generation_config.json`);
});
