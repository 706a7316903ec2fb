/** Screens one after another: what each key does. */
import { PassThrough } from "node:stream";
import { expect, test, vi } from "vitest";
import { stepThrough } from "../src/terminal/step-through.ts";

const QUESTION = "Enter: next, q: quit ";

/** Steps through three screens with these keys, each pressed once the last is handled. */
async function shownFor(...keys: readonly string[]) {
  const [input, output] = [new PassThrough(), new PassThrough()];
  const modes: boolean[] = [];
  const keyboard = Object.assign(input, { setRawMode: (isRaw: boolean) => modes.push(isRaw) });
  const controller = new AbortController();
  const interruption = { signal: controller.signal, interrupt: () => controller.abort() };
  let shown = "";
  const write = (screen: string) => {
    shown += screen;
  };
  const done = stepThrough(["a", "b", "c"], write, { input: keyboard, output }, interruption);
  const ended = done.then(
    () => "end",
    ({ name }: Error) => name,
  );
  for (const key of keys) {
    await new Promise((resolve) => setImmediate(resolve));
    if (key === "end") input.end();
    else input.write(key);
  }
  const how = await ended;
  const asked = String(output.read()).split(QUESTION).length - 1;
  return { shown, asked, how, modes };
}

const MODES = [true, false]; // raw, and restored

test.each([
  ["\r", "\n"],
  [" ", " "],
  ["\r", " "],
])("%j and %j show the next screen, and nothing is asked after the last", async (...keys) => {
  expect(await shownFor(...keys)).toEqual({ shown: "abc", asked: 2, how: "end", modes: MODES });
});

test.each(["q", "Q", "\x04", "end"])("%j quits at once, without Enter", async (key) => {
  expect(await shownFor(key)).toEqual({ shown: "a", asked: 1, how: "end", modes: MODES });
  expect(await shownFor("\r", key)).toEqual({ shown: "ab", asked: 2, how: "end", modes: MODES });
});

test("other keys do nothing", async () => {
  expect(await shownFor("x", "\x1b[A", "\t", "\r", "q")).toMatchObject({ shown: "ab", asked: 2 });
});

test("several keys at once, as typed ahead, are one after the other", async () => {
  expect(await shownFor("x\r", "q")).toMatchObject({ shown: "ab", how: "end" });
});

test("Ctrl-C is an AbortError, and the terminal is restored", async () => {
  expect(await shownFor("\x03")).toEqual({ shown: "a", asked: 1, how: "AbortError", modes: MODES });
});

test.runIf(process.platform !== "win32")(
  "Ctrl-Z stops the process with the terminal restored, and goes on after it",
  async () => {
    const kill = vi.spyOn(process, "kill").mockImplementation((_, name) => {
      if (name === "SIGTSTP") process.emit("SIGCONT");
      return true;
    });
    const { modes, ...others } = await shownFor("\x1a", "q");
    expect(kill).toHaveBeenCalledExactlyOnceWith(0, "SIGTSTP");
    kill.mockRestore();
    expect(others).toEqual({ shown: "a", asked: 2, how: "end" });
    expect(modes).toEqual([true, false, true, false]);
  },
);

test("an abort from elsewhere is an AbortError, too", async () => {
  const controller = new AbortController();
  const interruption = { signal: controller.signal, interrupt: () => controller.abort() };
  const terminal = { input: new PassThrough(), output: new PassThrough() };
  const done = stepThrough(["a", "b"], () => {}, terminal, interruption);
  controller.abort();
  await expect(done).rejects.toMatchObject({ name: "AbortError" });
});
