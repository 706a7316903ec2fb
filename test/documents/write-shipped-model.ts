/**
 * `pnpm shipped-model-docs`: writes everything that the documents say about the shipped model. A part that fails does not
 * stop the others; the failures are listed at the end, with exit code 1.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./documents.ts";
import { type Part, runParts, runProgram } from "./parts.ts";
import { screens } from "./screens.ts";
import { openShell } from "./shell.ts";
import { shippedSizes, withExample, withLetters, withParameterCount, withScreen, withSizes } from "./shipped-model.ts";

async function rewrite(document: string, change: (text: string) => Promise<string> | string): Promise<void> {
  const path = join(root, document);
  writeFileSync(path, await change(readFileSync(path, "utf8")));
}

const shell = await openShell();
const parts: readonly Part[] = [
  { name: "docs/sampling.md", write: () => runProgram("examples/dist/sampling/write.js", root) },
  { name: "docs/detection.md", write: () => runProgram("examples/dist/detection/write.js", root) },
  { name: "docs/prompting.md", write: () => runProgram("examples/dist/prompting/write.js", root) },
  { name: "docs/training.md", write: () => runProgram("examples/dist/training/write.js", root) },
  ...screens.map((screen) => ({
    name: `${screen.document}: $ ${screen.command}`,
    write: () => rewrite(screen.document, (text) => withScreen(text, screen, shell)),
  })),
  {
    name: "README.md: parameters and letters",
    write: async () => {
      const sizes = await shippedSizes();
      await rewrite("README.md", (text) => withParameterCount(withLetters(text, sizes), sizes));
    },
  },
  {
    name: "weights/README.md: sizes",
    write: async () => {
      const sizes = await shippedSizes();
      await rewrite("weights/README.md", (text) => withSizes(text, sizes));
    },
  },
  ...["packages/cli", "packages/gpt", "weights/fairytales"].map((folder) => ({
    name: `${folder}/README.md: the example`,
    write: () => rewrite(`${folder}/README.md`, withExample),
  })),
];
const failures = await runParts(
  parts.map(({ name, write }) => ({
    name,
    write: async () => {
      console.log(name);
      await write();
    },
  })),
);
await shell.close();
for (const failure of failures) console.error(`failed: ${failure}`);
if (failures.length > 0) process.exitCode = 1;
