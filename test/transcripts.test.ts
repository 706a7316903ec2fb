/** What the documents show as a terminal's screen is what the command prints, byte for byte but for the timings and for where long lines break. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hasScript } from "../packages/cli/test/script.ts";
import { text } from "./documents/documents.ts";
import { broken, isDialogue, play, type Screen, screens, shown, untimed } from "./documents/screens.ts";
import { openShell, type Shell } from "./documents/shell.ts";
import { withScreen } from "./documents/shipped-model.ts";

const dialogues = screens.filter(isDialogue);
const plain = screens.filter((screen) => !isDialogue(screen));

describe.skipIf(process.platform === "win32")("in a POSIX shell", () => {
  let shell: Shell;
  beforeAll(async () => {
    shell = await openShell();
  });
  afterAll(() => shell.close());

  test("there is one of each kind", () => {
    expect(plain.length).toBeGreaterThan(0);
    expect(dialogues.length).toBeGreaterThan(0);
  });

  const expectShown = async (screen: Screen) =>
    expect(untimed(shown(await play(shell, screen)))).toBe(untimed(screen.lines.join("\n")));

  test.each(plain)("$document: $command", { timeout: 60_000 }, expectShown);

  test("a timing is all that is left out", () => {
    expect(untimed("55 tokens, 0.08 s, 697.4 tokens/s\n")).toBe("55 tokens, 0 s, 0 tokens/s");
    expect(untimed("54 tokens")).not.toBe(untimed("55 tokens"));
  });

  test("a line is broken at the last space that fits", () => {
    expect(broken(`${"a".repeat(100)} ${"b".repeat(9)} c d`)).toEqual([`${"a".repeat(100)} ${"b".repeat(9)}`, "c d"]);
    expect(broken("a b")).toEqual(["a b"]);
  });

  test.skipIf(!hasScript).each(dialogues)(
    "$document: $command, with a person at a terminal",
    { timeout: 60_000 },
    expectShown,
  );

  test("shipped-model-docs replaces a transcript that is no longer what is printed, and only then", async () => {
    const [screen] = plain as [Screen];
    const current = text(screen.document);
    expect(await withScreen(current, screen, shell)).toBe(current);
    const code = `$ ${screen.command}\nof another model\n`;
    const old = { ...screen, code, lines: ["of another model"] };
    const written = await withScreen(
      current.replace(screen.code, () => code),
      old,
      shell,
    );
    expect(untimed(written)).toBe(untimed(current));
  });
});
