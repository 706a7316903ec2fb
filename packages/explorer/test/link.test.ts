/** A link is read back as it was written, whatever the text and the sampling; what is wrong in one is said, and the rest is read. */
import { STEP_FLAGS } from "@tsgpt/sampling";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Sampling } from "../src/protocol/text.ts";
import {
  decodeLink,
  describeProblems,
  encodeLink,
  type LinkState,
  LONGEST_LINK,
  whyNoLink,
} from "../src/state/link.ts";
import { SECTIONS } from "../src/state/sections.ts";

const whole = (max: number) => fc.integer({ min: 0, max });
const finite = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0); // no -0
const text = fc.string({ unit: "grapheme", maxLength: 40 });

/** Any value of each kind that an option may take. */
const VALUES: Readonly<Record<(typeof STEP_FLAGS)[number]["takes"]["kind"], fc.Arbitrary<unknown>>> = {
  integer: fc.integer({ min: 5, max: 1000 }),
  number: finite,
  word: fc.constant("left"),
  scope: fc.oneof(fc.constantFrom("all", "generated"), whole(1000)),
  biases: fc.dictionary(whole(60_000).map(String), finite, { minKeys: 1, noNullPrototype: true }),
  "token ids": fc.array(whole(60_000), { minLength: 1 }),
  texts: fc.array(text),
};

const flags = fc.record(Object.fromEntries(STEP_FLAGS.map(({ name, takes }) => [name, VALUES[takes.kind]])), {
  requiredKeys: [],
});
const sampling = fc
  .tuple(
    flags,
    fc.record({ greedy: fc.boolean() }, { requiredKeys: [] }),
    fc.constantFrom("lecture", "hf", "llama.cpp"),
  )
  .map(([given, greedy, dialect]) => ({ ...given, ...greedy, dialect }) as Sampling);

const states: fc.Arbitrary<LinkState> = fc.record(
  {
    model: fc.stringMatching(/^[\w./@-]+$/),
    prompt: text,
    seed: fc.maxSafeNat(),
    maxTokens: fc.integer({ min: 1, max: 1_000_000 }),
    sampling,
    past: fc.array(fc.record({ id: whole(60_000), isChosen: fc.boolean() })),
    random: fc.record({
      generator: fc
        .tuple(fc.integer({ min: 1, max: 2 ** 32 - 1 }), whole(9), whole(9), whole(2 ** 32 - 1))
        .map((words) => [...words]),
      mu: fc.option(finite, { nil: undefined }),
    }),
    layer: fc.integer({ min: -1, max: 48 }),
    head: whole(25),
    position: whole(1023),
    open: fc.uniqueArray(fc.constantFrom(...SECTIONS)),
    interventions: fc.array(
      fc.oneof(
        fc.record({ type: fc.constant("zero" as const), tensor: text, head: whole(25) }),
        fc.record({ type: fc.constant("patch" as const), tensor: text, position: whole(1023), from: text }),
      ),
    ),
    textA: text,
    textB: text,
    watermarkTest: fc.maxSafeNat(),
    number: fc.record({
      tensor: fc.stringMatching(/^[\w.]{1,60}$/),
      index: fc.array(whole(60_000), { minLength: 1, maxLength: 3 }),
    }),
    attention: fc.constantFrom("scores" as const, "pattern" as const),
    hideFirst: fc.constant(true),
  },
  { requiredKeys: [] },
);

test("every state is read back from its link", () => {
  fc.assert(
    fc.property(states, (state) => {
      const link = encodeLink(state);
      expect(link).toMatch(/^[\w.,:+*%&=/@-]*$/);
      expect(decodeLink(`#${link}`)).toEqual({ state, problems: [] });
    }),
    { numRuns: 100 },
  );
});

test("any fragment is read without an exception, and what is taken can be written again", () => {
  const pieces = fc.array(
    fc.tuple(fc.constantFrom("seed", "tokens", "open", "top-k", "__proto__", "v", ""), fc.string()),
  );
  const fragments = fc.oneof(
    fc.string(),
    pieces.map((pairs) => pairs.map(([key, value]) => `${key}=${value}`).join("&")),
  );
  fc.assert(
    fc.property(fragments, (fragment) => {
      const { state } = decodeLink(fragment);
      expect(decodeLink(encodeLink(state)).state).toEqual(state);
    }),
  );
});

test("it can be read by a person: keys are the options of tsgpt generate, + is a space", () => {
  const past = [
    { id: 12, isChosen: false },
    { id: 7, isChosen: true },
  ];
  const state: LinkState = {
    model: "fairytales",
    prompt: "Once upon, a 👑",
    seed: 7,
    maxTokens: 64,
    sampling: { dialect: "hf", topK: 50, logitBias: { 198: -5 }, banned: ["a b"] },
    past,
    layer: 2,
    open: ["nextToken", "map"],
  };
  expect(encodeLink(state)).toBe(
    "v=1&model=fairytales&prompt=Once+upon,+a+%F0%9F%91%91&seed=7&max-tokens=64&tokens=12,7c&layer=2&open=next-token,map" +
      "&dialect=hf&logit-bias=198:-5&banned=%5B%22a+b%22%5D&top-k=50",
  );
});

test("a lone surrogate becomes U+FFFD, as it does in a token", () => {
  expect(decodeLink(encodeLink({ prompt: "a\ud800" })).state.prompt).toBe("a\ufffd");
});

test("an empty fragment says nothing", () => {
  for (const fragment of ["", "#", "#&&"]) expect(decodeLink(fragment)).toEqual({ state: {}, problems: [] });
});

describe("what is wrong is said, and the rest is read:", () => {
  const problemsOf = (fragment: string) => {
    const { state, problems } = decodeLink(`prompt=Hello&${fragment}`);
    expect(state).toEqual({ prompt: "Hello" });
    return problems;
  };
  test.each([
    ["sede=7", 'The link has a part "sede" that this page does not know.'],
    ["__proto__=1", 'The link has a part "__proto__" that this page does not know.'],
    ["about", 'The link has a part "about" that this page does not know.'],
    ["seed=-1", 'The link\'s seed must be a whole number from 0 to 9007199254740991, got "-1".'],
    [
      "seed=9007199254740992",
      'The link\'s seed must be a whole number from 0 to 9007199254740991, got "9007199254740992".',
    ],
    ["max-tokens=0", 'The link\'s max-tokens must be a whole number from 1 to 1000000, got "0".'],
    ["model=", 'The link\'s model must be a name, got "".'],
    [
      "tokens=1,x",
      'The link\'s tokens must be token ids with commas between them, and a c after each that was chosen by hand, got "1,x".',
    ],
    [
      "random=0,0,0,0",
      "The link's random must be four whole numbers below 2^32, not all 0, and mirostat's mu if it has one, with commas between them, got \"0,0,0,0\".",
    ],
    ["open=map,cellar", /^The link's open must be map or .*next-token or .*, got "map,cellar"\.$/],
    ["layer=1.5", 'The link\'s layer must be a whole number from -1 to 1000000, got "1.5".'],
    ["dialect=deck", 'The link\'s dialect must be lecture or hf or llama.cpp or openai, got "deck".'],
    ["greedy=1", 'The link\'s greedy must be true or false, got "1".'],
    ["temperature=warm", 'The link\'s temperature must be a number, got "warm".'],
    ["temperature=Infinity", 'The link\'s temperature must be a number, got "Infinity".'],
    [
      "penalty-scope=some",
      'The link\'s penalty-scope must be all or generated or a whole number from 0 to 9007199254740991, got "some".',
    ],
    ["logit-bias=5", 'The link\'s logit-bias must be token ids and biases, such as 198:-5,11:2, got "5".'],
    ["allowed=1,,2", 'The link\'s allowed must be token ids with commas between them, got "1,,2".'],
    ["banned=word", 'The link\'s banned must be a JSON list of texts, got "word".'],
    ["seed=%FF", 'The link\'s seed must be percent-encoded UTF-8, got "seed=%FF".'],
    ["&=&=1&=2", "The link has a part without a name before its =."],
    ["prompt=Other", "The link has prompt twice; the first is taken."],
  ])("%s", (fragment, sentence) => {
    expect(problemsOf(fragment)).toEqual([typeof sentence === "string" ? sentence : expect.stringMatching(sentence)]);
  });

  test("a long value is shortened", () => {
    expect(problemsOf(`seed=${"9".repeat(1000)}`)[0]).toMatch(/, got "9{30}…"\.$/);
  });
});

test("a link of another version, or too long, is not read at all", () => {
  expect(decodeLink("v=2&seed=7")).toEqual({
    state: {},
    problems: ['The link is of version "2" and this page reads version 1; reload the page for a newer one.'],
  });
  expect(decodeLink(`#prompt=${"a".repeat(LONGEST_LINK)}`)).toEqual({
    state: {},
    problems: ["The link has 50,007 characters; at most 50,000 are read."],
  });
});

test("many problems are two sentences and a number", () => {
  expect(describeProblems([], 0)).toBeUndefined();
  expect(describeProblems(["A.", "B.", "C.", "D."], 1)).toBe("A. B. 2 more problems in the link. The rest was opened.");
  expect(describeProblems(["A."], 2)).toBe("A. The rest was opened.");
  expect(describeProblems(["A."], 0)).toBe("A.");
});

test("a model that no link can name, or a text that no link has room for, is told", () => {
  expect(whyNoLink("v=1")).toBeUndefined();
  expect(whyNoLink(undefined)).toBe(
    "A link can name only a model that comes with this page, or is on the hub. Export the state instead.",
  );
  expect(whyNoLink("a".repeat(LONGEST_LINK + 1))).toBe(
    "The text is too long for a link of 50,000 characters; it takes 50,001.",
  );
});

describe("what a link says of the page", () => {
  test("is readable", () => {
    const link = encodeLink({ textB: "a b", number: { tensor: "logits", index: [4, 262] }, attention: "scores" });
    expect(link).toBe("v=1&text-b=a+b&number=logits:4,262&attention=scores");
  });

  test.each([
    ["number=logits", "number must be a tensor and an index, such as logits:4,262"],
    ["number=logits:1,2,3,4", "number must be"],
    ["attention=all", "attention must be scores or pattern"],
    ["hide-first=1", "hide-first must be true"],
    ["watermark-test=-1", "watermark-test must be a whole number from 0 to 9007199254740991"],
    ["interventions={}", "interventions must be a JSON list such as"],
    ['interventions=[{"type":"zero"}]', "interventions must be a JSON list such as"],
    ['interventions=[{"type":"patch","tensor":"hook_embed","from":"a"}]', "interventions must be"],
    ['interventions=[{"type":"zero","tensor":"hook_embed","head":1.5}]', "interventions must be"],
    ['interventions=[{"type":"zero","tensor":"hook_embed","script":1}]', "interventions must be"],
  ])("%s is explained", (piece, problem) => {
    const { state, problems } = decodeLink(`v=1&seed=3&${encodeURI(piece)}`);
    expect(state).toEqual({ seed: 3 });
    expect(problems).toEqual([expect.stringContaining(problem)]);
  });
});
