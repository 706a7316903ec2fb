/** The help of the program and of every command, byte for byte: `vitest run -u` rewrites test/help after an intended change. */
import type { Command } from "commander";
import { expect, test } from "vitest";
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

test.each([program, ...program.commands])("$_name", async (command) => {
  await expect(helpOf(command)).toMatchFileSnapshot(`help/${command.name()}.txt`);
});
