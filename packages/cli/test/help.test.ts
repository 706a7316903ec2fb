/** The help of the program and of every command, byte for byte: `vitest run -u` rewrites test/help after an intended change. */
import type { Command } from "commander";
import { expect, test } from "vitest";
import { fullName } from "../src/explain-usage.ts";
import { createProgram } from "../src/program.ts";

/** What `--help` prints in 80 columns. */
function helpOf(command: Command): string {
  let text = "";
  const writeOut = (piece: string) => {
    text += piece;
  };
  command.configureOutput({ writeOut, getOutHelpWidth: () => 80 }).outputHelp();
  return text;
}

const program = await createProgram();

const all = program.commands.flatMap((command) => [command, ...command.commands]);

test.each([program, ...all].map((command) => [fullName(command), command] as const))("%s", async (name, command) => {
  const file = command === program ? name : name.replace("tsgpt ", "").replace(" ", "-");
  await expect(helpOf(command)).toMatchFileSnapshot(`help/${file}.txt`);
});
