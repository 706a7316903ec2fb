/** The example in a package's README: code, and what it prints. */
const EXAMPLE = /^```js\n([\s\S]*?)^```\n\n```text\n([\s\S]*?)^```$/m;

export interface Example {
  readonly code: string;
  readonly output: string;
}

/** @throws Error if there is none */
export function exampleOf(readme: string): Example {
  const [, code, output] = EXAMPLE.exec(readme) ?? [];
  if (code === undefined || output === undefined) throw new Error("there is no js block with a text block after it");
  return { code, output };
}

/** The README with what its example prints now. */
export function withOutput(readme: string, output: string): string {
  const { code } = exampleOf(readme);
  return readme.replace(EXAMPLE, () => `\`\`\`js\n${code}\`\`\`\n\n\`\`\`text\n${output.trimEnd()}\n\`\`\``);
}
