/**
 * The page's sampling: what follows from new options is asked for before the worker has answered whether they are valid, and what
 * they decide only then.
 */
import { beforeEach, describe, expect, test, vi } from "vitest";
import { chain } from "../src/state/next-token.ts";
import {
  replaceSampling,
  sampling,
  samplingError,
  samplingReplaced,
  setOption,
  setSampling,
} from "../src/state/sampling.ts";
import { setOpen } from "../src/state/sections.ts";
import { back, error, prompt, promptTokens, restart, run, step, stop, textOpened } from "../src/state/text.ts";

const worker = vi.hoisted(() => ({ ask: vi.fn() }));
vi.mock("../src/state/engine.ts", async () => {
  const { signal } = await import("@preact/signals");
  return { ask: worker.ask, info: signal({}), model: signal({ phase: "ready" }) };
});

const CHANGE = { kept: 0, added: [], likeliest: [], end: undefined, computedFrom: 0 };

/** As the worker does: at once, and in order. */
async function answer(type: string, asks: object): Promise<object> {
  if (type === "run") return { change: CHANGE, end: "length" };
  return ["open", "step", "back"].includes(type) ? CHANGE : { type, asks };
}

const asked = () => worker.ask.mock.calls.map(([type]) => type).filter((type) => ["sampling", "chain"].includes(type));

beforeEach(async () => {
  worker.ask.mockImplementation(answer);
  promptTokens.value = [{ id: 1, text: "a" }];
  setOpen("nextToken", true);
  await expect.poll(() => chain.value.value).toBeDefined();
  worker.ask.mockClear();
});

test("the chain is asked for at once after the options that it follows from, once", async () => {
  const changing = setSampling({ dialect: "lecture", temperature: 0.5 });
  expect(asked()).toEqual(["sampling", "chain"]);
  await changing;
  expect(sampling.value).toEqual({ dialect: "lecture", temperature: 0.5 });
  expect(asked()).toEqual(["sampling", "chain"]);
});

test("of options that are refused those before stay, and the chain is there", async () => {
  const before = sampling.value;
  worker.ask.mockRejectedValueOnce(new Error("no such temperature"));
  await setSampling({ dialect: "lecture", temperature: -1 });
  expect(samplingError.value).toBe("no such temperature");
  expect(sampling.value).toBe(before);
  await expect.poll(() => chain.value.value).toBeDefined();
});

test("a link's options replace all, also those of changes that wait", async () => {
  const replaced = samplingReplaced.value;
  const first = setOption("topK", 5);
  const second = setOption("topP", 0.5);
  const link = replaceSampling({ dialect: "hf" });
  expect(samplingReplaced.value).toBe(replaced + 1);
  await Promise.all([first, second, link]);
  expect(sampling.value).toEqual({ dialect: "hf" });
  await setOption("topK", 7);
  expect(sampling.value).toEqual({ dialect: "hf", topK: 7 });
});

describe("while a change of the sampling is not answered", () => {
  const types = () =>
    worker.ask.mock.calls.map(([type]) => type).filter((type) => type !== "chain" && type !== "curve");
  /** Answers the first of the requests that wait. */
  let answerNext: (refusal?: Error) => Promise<void>;

  beforeEach(async () => {
    await textOpened();
    const waiting: ((refusal?: Error) => void)[] = [];
    worker.ask.mockImplementation((type, asks) => {
      if (type !== "sampling") return answer(type, asks);
      return new Promise((resolve, reject) => waiting.push((refusal) => (refusal ? reject(refusal) : resolve({}))));
    });
    answerNext = async (refusal) => {
      await expect.poll(() => waiting.length).toBeGreaterThan(0);
      waiting.shift()?.(refusal);
      await new Promise((resolve) => setTimeout(resolve));
    };
  });

  /** The options that a worker has in the end which takes these requests in order. */
  const inForce = () =>
    worker.ask.mock.calls
      .flatMap(([type, asks]) => (type === "sampling" ? [asks] : type === "open" ? [asks.sampling] : []))
      .at(-1);

  test("a text is opened at once; the options of the change are in force after it, on the page and in the worker", async () => {
    const change = setOption("topK", 3);
    await expect.poll(types).toEqual(["sampling"]);
    prompt.value = "The king";
    const opened = restart();
    expect(types()).toEqual(["sampling", "open"]);
    await answerNext();
    expect(types()).toEqual(["sampling", "open", "sampling"]);
    await answerNext();
    await Promise.all([change, opened]);
    expect(sampling.value.topK).toBe(3);
    expect(inForce()).toEqual(sampling.value);
    expect(asked().at(-1)).toBe("chain");
  });

  test("a text that is opened with a change that is then refused leaves the options before in force", async () => {
    const before = sampling.value;
    const change = setOption("topK", -1);
    await expect.poll(types).toEqual(["sampling"]);
    const opened = restart();
    await answerNext(new Error("no such k"));
    expect(await change).toBe("no such k");
    await opened;
    expect(inForce()).toEqual(before);
    expect(sampling.value).toBe(before);
  });

  test.each([
    { name: "Next", act: () => step(), type: "step" },
    { name: "Run", act: run, type: "run" },
    { name: "Back", act: back, type: "back" },
    {
      name: "Export and Share",
      act: async () => void worker.ask("export", { disagreement: await textOpened() }),
      type: "export",
    },
  ])("$name waits for all changes before it", async ({ act, type }) => {
    const changes = [setOption("topK", 7), setOption("temperature", 0.7)];
    const done = act();
    await answerNext();
    expect(types()).toEqual(["sampling", "sampling"]);
    await answerNext();
    await Promise.all([...changes, done]);
    expect(types()).toEqual(["sampling", "sampling", type]);
    expect(inForce()).toMatchObject({ topK: 7, temperature: 0.7 });
    expect(error.value).toBeUndefined();
  });

  test("Stop does not wait: a run that it ends is told so before it begins", async () => {
    const change = setOption("topK", 9);
    const running = run();
    stop();
    await answerNext();
    await Promise.all([change, running]);
    const [, , options] = worker.ask.mock.calls.find(([type]) => type === "run") ?? [];
    expect(options.signal.aborted).toBe(true);
  });
});
