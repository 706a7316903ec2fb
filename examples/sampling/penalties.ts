/** The lecture's penalties: the loop broken, what they do to commas, why logits are shifted; the complete algorithm. */
import { applyChain, type ChainSpec, candidatesOf, presetChain, probabilities } from "@tsgpt/sampling";
import { WIDE } from "./distribution.ts";
import { type Chapter, claim, type Lab, logitsAfter, write } from "./lab.ts";
import { LOOPING, loopAtEnd, probabilityOf } from "./loops.ts";
import { json, percent, quotation, spelled, table } from "./markdown.ts";

const BREAKING = presetChain("greedy", { frequencyPenalty: 1.1, presencePenalty: 1.2 });

export async function penalties(lab: Lab): Promise<Chapter> {
  const broken = await write(lab, LOOPING, BREAKING, { maxTokens: 100 });
  claim(loopAtEnd(broken.tokens.map(({ id }) => id)) === undefined, "the penalties break the loop");
  const values = {
    "penalties.chain": json(BREAKING),
    "penalties.text": quotation(LOOPING, broken.text),
    ...workedExample(),
    ...bothWays(),
    ...(await commas(lab)),
    ...negatives(lab),
  };
  return { values };
}

/** The lecture's own example: [a, b, c, d] after a, b, a, c, a, a. */
function workedExample() {
  const logits = Float64Array.of(0.8, 0.9, 0.1, 0.4);
  const chain = presetChain("lecture", { frequencyPenalty: 1.1, presencePenalty: 1.2, topP: 1 });
  const { candidates } = applyChain(chain, logits, { history: [0, 1, 0, 2, 0, 0] });
  const [before, after] = [probabilities(candidatesOf(logits)), probabilities(candidates)];
  const counts = [4, 1, 1, 0];
  const rows = [..."abcd"].map((name, i) => [
    name,
    String(counts[i]),
    String(logits[i]),
    (1 + 0.1 * counts[i]! + (counts[i]! > 0 ? 0.2 : 0)).toFixed(1),
    candidates.logits[i]!.toFixed(4),
    before[i]!.toFixed(5),
    after[i]!.toFixed(5),
  ]);
  return { "worked.table": table(["token", "occurrences", "z", "k", "z / k", "before", "after"], rows) };
}

const SIGNED = [2, 1, -1, -2];
const SAID = 2; // the id that has occurred, twice: its logit is negative
const K = 2;

/** Dividing a negative logit as it is, by hand, and after the shift, by the library. */
function bothWays() {
  const before = probabilities(candidatesOf(Float64Array.from(SIGNED)));
  const divided = probabilities(candidatesOf(Float64Array.from(SIGNED, (z, id) => (id === SAID ? z / K : z))));
  const chain: ChainSpec = [{ type: "lecture-penalties", frequency: 1.5, presence: 1 }]; // k = 1 + 0.5 * 2
  const shifted = probabilities(applyChain(chain, Float64Array.from(SIGNED), { history: [SAID, SAID] }).candidates);
  claim(divided[SAID]! > before[SAID]! && shifted[SAID]! < before[SAID]!, "only the shift makes the token less likely");
  const rows = SIGNED.map((z, id) => [
    id === SAID ? `${id}, said twice` : String(id),
    String(z),
    ...[before, divided, shifted].map((shares) => percent(shares[id]!)),
  ]);
  return { "signs.table": table(["token", "logit", "no penalty", "divided as it is", "shifted first"], rows) };
}

function negatives(lab: Lab) {
  const logits = logitsAfter(lab, WIDE);
  const negative = logits.filter((z) => z < 0).length;
  return { "signs.negative": percent(negative / logits.length), "signs.prompt": WIDE };
}

/** A place where a comma is likely, after three of them. */
const COMMA = "He had a horse, a cow, a goat, a dog";
const PENALTIES = [1, 1.1, 1.2, 2];

async function commas(lab: Lab) {
  const logits = logitsAfter(lab, COMMA);
  const history = lab.tokenizer.encode(COMMA);
  const comma = lab.tokenizer.encode(",")[0]!;
  const rows: string[][] = [];
  const shares: number[] = [];
  for (const frequencyPenalty of PENALTIES) {
    const chain = presetChain("lecture", { frequencyPenalty, topP: 1 });
    const share = probabilityOf(applyChain(chain, logits, { history }).candidates, comma);
    shares.push(share);
    const { tokens } = await write(lab, WIDE, presetChain("lecture", { frequencyPenalty }), { maxTokens: 50 });
    const count = tokens.filter(({ id }) => id === comma).length;
    rows.push([String(frequencyPenalty), percent(share), `${count} of ${tokens.length} tokens`]);
  }
  claim(
    shares[0]! > 0.5 && shares[1]! < 0.02,
    "a penalty of 1.1 all but rules out a fourth comma, which is likely without",
  );
  const head = ["frequency penalty", `a comma after ${spelled(COMMA)}`, "commas in a text of its own"];
  return { "commas.table": table(head, rows, 0) };
}

const COMPLETE = { topP: 0.9, frequencyPenalty: 1.1, presencePenalty: 1.2 };
const LIGHTER = { topP: 0.9, frequencyPenalty: 1.02, presencePenalty: 1.05 };

export async function complete(lab: Lab): Promise<Chapter> {
  const values: Record<string, string> = {};
  for (const [name, options] of Object.entries({ off: { topP: 0.9 }, light: LIGHTER, lecture: COMPLETE })) {
    const chain = presetChain("lecture", options);
    values[`complete.${name}-chain`] = json(chain);
    values[`complete.${name}`] = quotation(WIDE, (await write(lab, WIDE, chain, { maxTokens: 60 })).text);
  }
  return { values };
}

const ONE_ANSWER: readonly (readonly [string, ChainSpec])[] = [
  ["the full distribution", []],
  ["top-p 0.9", presetChain("lecture")],
  ["T 0.5", [{ type: "temperature", temperature: 0.5 }]],
  ["greedy", presetChain("greedy")],
];

/** How often a sampler misses the one word that is right. */
export function oneAnswer(lab: Lab, prompt: string): Chapter {
  const logits = logitsAfter(lab, prompt);
  const right = lab.tokenizer.encode(" all")[0]!;
  const shares = ONE_ANSWER.map(([, chain]) => probabilityOf(applyChain(chain, logits).candidates, right));
  claim(shares[0]! < 0.95 && shares.at(-1) === 1, "the full distribution misses the answer and greedy does not");
  const rows = ONE_ANSWER.map(([name], i) => [name, percent(1 - shares[i]!)]);
  return { values: { "answer.prompt": prompt, "answer.table": table(["sampler", "something else than “all”"], rows) } };
}
