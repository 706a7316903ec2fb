/** The distribution over the next token: unreadable by id, a head and a tail when sorted; its shape; temperature. */
import { applyChain, candidatesOf, entropy, mostProbable, probabilities, topP } from "@tsgpt/sampling";
import { type Chapter, claim, type Lab, logitsAfter, write } from "./lab.ts";
import { digits, percent, quotation, spelled, table } from "./markdown.ts";
import { BLUE, draw, GRAY, GREEN, label, line, type Point, RED, VIOLET } from "./plot.ts";

/** Many words fit here; almost one alone there. */
export const WIDE = "The king had a";
export const NARROW = "It was so dark that he could not see anything at";

export const bits = (logits: Float32Array): number => entropy(candidatesOf(logits)) / Math.LN2;
export const nucleusSize = (logits: Float32Array, p: number): number => topP(candidatesOf(logits), { p }).ids.length;

/** Probabilities, the largest first. [V] -> [V] */
export const sorted = (logits: Float32Array): Float64Array => probabilities(candidatesOf(logits)).sort().reverse();

export const sum = (values: Iterable<number>): number => {
  let total = 0;
  for (const value of values) total += value;
  return total;
};

/** Probability over rank from 1, at ranks spaced evenly on a logarithmic axis. */
function byRank(shares: Float64Array): Point[] {
  const count = 160;
  const ranks = Array.from({ length: count }, (_, i) => Math.round(shares.length ** (i / (count - 1))));
  return [...new Set(ranks)].map((x) => ({ x, y: shares[x - 1]! }));
}

const named = ({ tokenizer }: Lab, logits: Float32Array, limit: number): string =>
  mostProbable(candidatesOf(logits), limit)
    .map(({ id, probability }) => `${spelled(tokenizer.decode([id]))} ${percent(probability)}`)
    .join(", ");

const RANKS = { type: "log", label: "rank of the token, 1 is the most probable →", tickFormat: "~s" } as const;

export function headAndTail(lab: Lab): Chapter {
  const logits = logitsAfter(lab, WIDE);
  const shares = sorted(logits);
  const size = shares.length;
  const tail = (k: number) => sum(shares.subarray(k));
  claim(tail(40) > 0.5, "more than half of the mass lies beyond the first 40 tokens");
  const values = {
    "head.prompt": WIDE,
    "head.size": String(size),
    "head.parameters": `${(lab.parameterCount / 1e6).toFixed(1)} million`,
    "head.tail-count": String(size - 40),
    "head.top": named(lab, logits, 5),
    "head.table": table(
      ["the first k tokens", "their mass", "tokens beyond them", "mass beyond them", "one of those, on average"],
      [1, 10, 40, 100, 1000].map((k) => [
        String(k),
        percent(1 - tail(k)),
        String(size - k),
        percent(tail(k)),
        percent(tail(k) / (size - k)),
      ]),
    ),
    "head.beyond-40": percent(tail(40)),
    "head.first": percent(shares[0]!),
  };
  return { values, pictures: { "by-id.svg": byIdPicture(logits), "sorted.svg": sortedPicture(shares) } };
}

function byIdPicture(logits: Float32Array): string {
  const points = Array.from(probabilities(candidatesOf(logits)), (share, x) => ({ x, y: 100 * share }));
  return draw({
    title: `After “${WIDE}”: every token in the order of its id`,
    vertical: "probability, %",
    height: 300,
    x: { label: "id of the token →" },
    marks: [line(points, BLUE, 1)],
  });
}

function sortedPicture(shares: Float64Array): string {
  return draw({
    title: `The same, sorted: a short head and a long tail`,
    vertical: "probability, on a logarithmic axis",
    x: RANKS,
    y: { type: "log", tickFormat: "~e", ticks: 6 },
    marks: [
      line(byRank(shares), BLUE, 2.4),
      line(
        [40, 40].map((x, i) => ({ x, y: i === 0 ? shares[0]! : shares.at(-1)! })),
        GRAY,
        1,
      ),
      label({ x: 40, y: shares[0]! }, "rank 40: left of it the head", GRAY),
    ],
  });
}

export function shape(lab: Lab): Chapter {
  const both = [WIDE, NARROW].map((prompt) => ({ prompt, logits: logitsAfter(lab, prompt) }));
  const [wide, narrow] = both.map(({ logits }) => nucleusSize(logits, 0.9));
  claim(wide! > 100 * narrow!, "the top-p sets differ by more than a hundredfold");
  const rows = both.map(({ prompt, logits }) => [
    spelled(prompt),
    digits(bits(logits)),
    digits(2 ** bits(logits)),
    String(nucleusSize(logits, 0.9)),
    named(lab, logits, 4),
  ]);
  const head = ["prompt", "entropy, bits", "as many as equally probable tokens", "top-p 0.9 keeps", "ahead"];
  const curves = both.map(({ prompt, logits }, i) => {
    const [shares, color] = [sorted(logits), i === 0 ? BLUE : RED];
    const name = label(i === 0 ? { x: 60, y: shares[59]! } : { x: 1, y: 1e-6 }, `“${prompt} …”`, color, { dy: -10 });
    return [line(byRank(shares), color, 2.4), name];
  });
  const picture = draw({
    title: "Two texts, two shapes",
    vertical: "probability, on a logarithmic axis",
    x: RANKS,
    y: { type: "log", tickFormat: "~e", ticks: 6 },
    marks: curves.flat(),
  });
  return { values: { "shape.table": table(head, rows) }, pictures: { "shape.svg": picture } };
}

const TEMPERATURES = [
  { temperature: 0.5, color: GREEN },
  { temperature: 1, color: BLUE },
  { temperature: 1.5, color: VIOLET },
  { temperature: 2, color: RED },
];

export async function temperature(lab: Lab): Promise<Chapter> {
  const logits = logitsAfter(lab, WIDE);
  const rows: string[][] = [];
  const samples: string[] = [];
  const curves = [];
  for (const { temperature, color } of TEMPERATURES) {
    const chain = [{ type: "temperature", temperature }] as const;
    const { candidates } = applyChain(chain, logits);
    const shares = probabilities(candidates).sort().reverse();
    rows.push([
      String(temperature),
      percent(shares[0]!),
      percent(sum(shares.subarray(40))),
      digits(entropy(candidates) / Math.LN2),
      String(topP(candidates, { p: 0.9 }).ids.length),
    ]);
    curves.push(line(byRank(shares), color), label({ x: shares.length, y: shares.at(-1)! }, `T ${temperature}`, color));
    const { text } = await write(lab, WIDE, chain, { maxTokens: 30 });
    samples.push(`T ${temperature}:\n\n${quotation(WIDE, text)}`);
  }
  const picture = draw({
    title: `Temperature after “${WIDE}”: the order stays, the slope changes`,
    vertical: "probability, on a logarithmic axis",
    marginRight: 60,
    x: RANKS,
    y: { type: "log", tickFormat: "~e", ticks: 6 },
    marks: curves,
  });
  const head = ["T", "the first token", "mass beyond rank 40", "entropy, bits", "top-p 0.9 would keep"];
  const values = { "temperature.table": table(head, rows), "temperature.samples": samples.join("\n\n") };
  return { values, pictures: { "temperature.svg": picture } };
}
