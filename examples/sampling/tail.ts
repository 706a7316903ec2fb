/** Drawing from the whole distribution: how often the tail is drawn, and what it does to the text. */

import { sorted, sum, WIDE } from "./distribution.ts";
import { type Chapter, claim, type Lab, type Written, write } from "./lab.ts";
import { digits, percent, quotation, table } from "./markdown.ts";
import { BLUE, dots, draw, level, RED } from "./plot.ts";

/** A text drawn from the full distribution, and what each place of it looked like. */
export interface Drift {
  readonly written: Written;
  /** From 1: how many tokens were at least as probable as the one drawn. */
  readonly ranks: readonly number[];
  /** Mass beyond the first k tokens, averaged over the places. */
  readonly tailMass: (k: number) => number;
}

const LENGTH = 300;
const KS = [1, 10, 40, 100, 1000];

export async function drift(lab: Lab): Promise<Drift> {
  const ranks: number[] = [];
  const beyond = KS.map(() => 0);
  const look = (logits: Float32Array, id: number) => {
    ranks.push(1 + logits.filter((logit) => logit > logits[id]!).length);
    const shares = sorted(logits);
    for (const [i, k] of KS.entries()) beyond[i]! += sum(shares.subarray(k));
  };
  const written = await write(lab, WIDE, [], { maxTokens: LENGTH, ignoreEos: true, look });
  return { written, ranks, tailMass: (k) => beyond[KS.indexOf(k)]! / ranks.length };
}

export function tail({ written, ranks, tailMass }: Drift): Chapter {
  const far = ranks.flatMap((rank, i) => (rank > 1000 ? [i + 1] : []));
  claim(tailMass(40) > 0.1, "beyond rank 40 lies over a tenth of the mass, on average");
  claim(far.length > 0, "tokens of a rank above 1000 were drawn");
  const rows = KS.map((k) => {
    const drawn = ranks.filter((rank) => rank > k).length;
    return [String(k), percent(tailMass(k)), digits(1 / tailMass(k)), `${drawn} of ${ranks.length}`];
  });
  const head = [
    "k",
    "mass beyond the first k, average",
    "so a token from there comes every … tokens",
    "drawn from there",
  ];
  const values = {
    "tail.text": quotation(WIDE, written.text),
    "tail.table": table(head, rows, 0),
    "tail.length": String(ranks.length),
    "tail.mass-40": percent(tailMass(40)),
    "tail.every-1000": digits(1 / tailMass(1000)),
    "tail.first-1000": String(far[0]),
  };
  return { values, pictures: { "ranks.svg": ranksPicture(ranks) } };
}

function ranksPicture(ranks: readonly number[]): string {
  const points = ranks.map((y, i) => ({ x: i + 1, y }));
  return draw({
    title: "The full distribution: the rank of each token that was drawn",
    vertical: "rank, 1 is the most probable; on a logarithmic axis",
    x: { label: "token of the continuation →" },
    y: { type: "log", domain: [0.8, 4096], tickFormat: "~s", ticks: 5 },
    marks: [
      ...level(40, "rank 40", ranks.length),
      ...level(1000, "rank 1000", ranks.length, RED),
      dots(
        points.filter(({ y }) => y <= 1000),
        BLUE,
        2.6,
      ),
      dots(
        points.filter(({ y }) => y > 1000),
        RED,
        4,
      ),
    ],
  });
}
