/** What a benchmark says while it runs, and writes at its end. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describeMachine, machine } from "@tsgpt/measure/node";

/** Writes a table as Markdown and its numbers as JSON, each with the machine and the date, and prints the table. */
export function saver(folder: string) {
  return async (name: string, title: string, table: string, data: object): Promise<void> => {
    const date = new Date().toISOString().slice(0, 10);
    const text = `# ${title}\n\n${describeMachine(machine())}; ${date}.\n\n${table}`;
    await writeFile(join(folder, `${name}.md`), text);
    await writeFile(join(folder, `${name}.json`), `${JSON.stringify({ machine: machine(), date, ...data })}\n`);
    progress("");
    process.stdout.write(`${text}\n`);
  };
}

/** What is being done, on a terminal alone: in place of what was done before. */
export function progress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
}
