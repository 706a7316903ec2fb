/** Greedy decoding and its loop; the pattern of the context against the weights; that no truncation ends a loop. */
import { forward } from "@tsgpt/gpt";
import { applyChain, type Candidates, type ChainSpec, candidatesOf, presetChain, probabilities } from "@tsgpt/sampling";
import { type Chapter, claim, type Lab, logitsAfter, type Written, write } from "./lab.ts";
import { json, percent, quotation, spelled, table } from "./markdown.ts";
import { BLUE, dots, draw, GRAY, label, line, RED } from "./plot.ts";

export const LOOPING = "Little Red Riding Hood";
const GREEDY: ChainSpec = [{ type: "greedy" }];

export interface Loop {
  /** Where the first round begins, and how many tokens a round has. */
  readonly start: number;
  readonly period: number;
}

/** The shortest loop that ids end in, at least two rounds of it. */
export function loopAtEnd(ids: readonly number[]): Loop | undefined {
  for (let period = 1; period <= ids.length / 2; period++) {
    let i = ids.length - 1;
    while (i >= period && ids[i] === ids[i - period]) i--;
    if (ids.length - 1 - i >= period) return { start: i - period + 1, period };
  }
  return undefined;
}

export const probabilityOf = (candidates: Candidates, id: number): number => {
  const at = candidates.ids.indexOf(id);
  return at < 0 ? 0 : probabilities(candidates)[at]!;
};

export async function greedyLoop(lab: Lab): Promise<Chapter> {
  const written = await write(lab, LOOPING, GREEDY, { maxTokens: 150 });
  const loop = loopAtEnd(written.tokens.map(({ id }) => id));
  if (!loop) throw new Error("docs/sampling.md says that the greedy text ends in a loop");
  const rounds = roundsOf(written, loop);
  claim(rounds.length >= 4, "the loop goes through four rounds or more");
  claim(
    rounds.every(({ mean }, i) => i === 0 || mean > rounds[i - 1]!.mean),
    "each round is likelier than the one before",
  );
  const round = lab.tokenizer.decode(written.tokens.slice(loop.start, loop.start + loop.period).map(({ id }) => id));
  const values = {
    "loop.chain": json(GREEDY),
    "loop.text": quotation(LOOPING, written.text),
    "loop.round": spelled(round),
    "loop.table": table(
      ["round", "probability of its tokens, geometric mean", "the least of them"],
      rounds.map(({ mean, least }, i) => [String(i + 1), percent(mean), percent(least)]),
      0,
    ),
    ...underTruncation(lab, written, loop),
  };
  return { values, pictures: { "loop.svg": loopPicture(written, loop, rounds.length) } };
}

const geometricMean = (shares: readonly number[]): number =>
  Math.exp(shares.reduce((sum, share) => sum + Math.log(share), 0) / shares.length);

function roundsOf({ tokens }: Written, { start, period }: Loop) {
  return Array.from({ length: Math.floor((tokens.length - start) / period) }, (_, round) => {
    const shares = tokens
      .slice(start + round * period, start + (round + 1) * period)
      .map(({ logprob }) => Math.exp(logprob));
    return { mean: geometricMean(shares), least: Math.min(...shares) };
  });
}

function loopPicture({ tokens }: Written, { start, period }: Loop, rounds: number): string {
  const points = tokens.map(({ logprob }, x) => ({ x: x + 1, y: 100 * Math.exp(logprob) }));
  const begins = Array.from({ length: rounds }, (_, round) => start + round * period + 1);
  return draw({
    title: `Greedy after “${LOOPING}”: the pattern feeds itself`,
    vertical: "probability of the token that was chosen, %",
    x: { label: "token of the continuation →" },
    y: { domain: [0, 100] },
    marks: [
      ...begins.map((x) =>
        line(
          [
            { x, y: 0 },
            { x, y: 100 },
          ],
          "#dddddd",
          1,
        ),
      ),
      line(points, BLUE, 1.2),
      dots(points, BLUE, 2.4),
      label({ x: start + 1, y: 4 }, "each gray line begins a round of the loop", GRAY),
    ],
  });
}

const TRUNCATIONS: readonly (readonly [string, ChainSpec])[] = [
  ["the full distribution", []],
  ["top-k 40", [{ type: "top-k", k: 40 }]],
  ["top-p 0.9", [{ type: "top-p", p: 0.9 }]],
  ["top-p 0.5", [{ type: "top-p", p: 0.5 }]],
];

/** How probable one more round of the loop is, under each truncation. */
function underTruncation({ model }: Lab, { promptIds, tokens }: Written, { start, period }: Loop) {
  const rounds = Math.floor((tokens.length - start) / period);
  const end = promptIds.length + start + rounds * period;
  const ids = [...promptIds, ...tokens.map(({ id }) => id)].slice(0, end);
  const logits = forward(model, ids);
  const shares = TRUNCATIONS.map(([name, chain]) => {
    const round = ids.slice(end - period).map((id, i) => {
      return probabilityOf(applyChain(chain, logits.row(end - period + i - 1).data).candidates, id);
    });
    return { name, mean: geometricMean(round), cut: round.filter((share) => share === 0).length };
  });
  claim(
    shares.every(({ mean, cut }, i) => cut === 0 && (i === 0 || mean > shares[i - 1]!.mean)),
    "no truncation cuts a token of the loop, and each makes the loop likelier",
  );
  const rows = shares.map(({ name, mean, cut }) => [name, String(cut), percent(mean)]);
  return {
    "loop.truncations": table(
      ["chain", "tokens of one more round that it cuts", "their probability, geometric mean"],
      rows,
    ),
  };
}

const [RED_WORD, BLUE_WORD] = [" red,", " blue,"];

export function twoSources(lab: Lab): Chapter {
  const colors = repeats(lab, RED_WORD, BLUE_WORD);
  const animals = repeats(lab, " the wolf,", " the fox,");
  const [never, once, ...more] = colors.map(({ y }) => y);
  claim(
    once! > 10 * never! && more.every((y) => y > once!),
    "one repeat of red, blue makes blue more than ten times as likely, and more repeats still likelier",
  );
  const rows = colors.map(({ x, y }, i) => [String(x), percent(y / 100), percent(animals[i]!.y / 100)]);
  const head = [
    "repeats before",
    "blue, after “red, blue, … red,”",
    "the (fox), after “the wolf, the fox, … the wolf,”",
  ];
  const picture = draw({
    title: "Weights and context: the same token after more and more repeats",
    vertical: "probability, %",
    height: 320,
    marginRight: 130,
    x: { label: "repeats of the pattern before →", ticks: 5 },
    y: { domain: [0, 100] },
    marks: [
      line(animals, RED),
      dots(animals, RED),
      label(animals.at(-1)!, "the (fox)", RED),
      line(colors, BLUE),
      dots(colors, BLUE),
      label(colors.at(-1)!, "blue", BLUE),
    ],
  });
  return { values: { "sources.table": table(head, rows, 0) }, pictures: { "sources.svg": picture } };
}

/** The probability, in per cent, of the first token of `b` after n repeats of `a b` and one more `a`. */
function repeats(lab: Lab, a: string, b: string) {
  return Array.from({ length: 6 }, (_, x) => {
    const text = (a + b).repeat(x) + a;
    const id = lab.tokenizer.encode(text + b)[lab.tokenizer.encode(text).length]!;
    return { x, y: 100 * probabilityOf(candidatesOf(logitsAfter(lab, text)), id) };
  });
}

const QUESTIONS = '"Who are you?" asked the king. "Where do you live?';

/** A model continues a text; it does not answer it. */
export async function questions(lab: Lab): Promise<Chapter> {
  const { text } = await write(lab, QUESTIONS, presetChain("lecture", { topP: 0.8 }), { maxTokens: 40 });
  claim(text.includes("?"), "the questions are followed by another");
  return { values: { "questions.text": quotation(QUESTIONS, text) } };
}
