/** Top-k and top-p: one k on two texts; the size of the top-p set along a text. */
import { applyChain, candidatesOf, entropy, probabilities, type StepSpec } from "@tsgpt/sampling";
import { bits, NARROW, nucleusSize, sorted, sum, WIDE } from "./distribution.ts";
import { type Chapter, claim, type Lab, logitsAfter, write } from "./lab.ts";
import { digits, json, percent, quotation, spelled, table } from "./markdown.ts";
import { BLUE, dots, draw, GRAY, label, level, line } from "./plot.ts";

const K = 40;

export function topK(lab: Lab): Chapter {
  const both = [NARROW, WIDE].map((prompt) => {
    const logits = logitsAfter(lab, prompt);
    const shares = sorted(logits);
    return { prompt, shares, mass: sum(shares.subarray(0, K)), needed: nucleusSize(logits, 0.9) };
  });
  const [narrow, wide] = [both[0]!, both[1]!];
  claim(narrow.needed < K / 10 && wide.needed > 10 * K, "k 40 is too wide for one text and too narrow for the other");
  const rows = both.map(({ prompt, shares, mass, needed }) => [
    spelled(prompt),
    percent(mass),
    String(needed),
    needed < K ? `${K - needed} more than top-p 0.9 needs` : `${needed - K} fewer than top-p 0.9 needs`,
    percent(shares[K - 1]! / shares[0]!),
  ]);
  const head = [
    "prompt",
    `mass of the first ${K}`,
    "top-p 0.9 keeps",
    `k ${K} keeps`,
    "the last one kept, against the first",
  ];
  const values = {
    "topk.table": table(head, rows),
    "topk.narrow-first": percent(narrow.shares[0]!),
    "topk.narrow-rest": percent(narrow.mass - narrow.shares[0]!),
    "topk.wide-lost": percent(1 - wide.mass),
  };
  return { values };
}

const NUCLEUS = [{ type: "top-p", p: 0.9 }] as const;

export async function topP(lab: Lab): Promise<Chapter> {
  const { text, tokens } = await write(lab, WIDE, NUCLEUS, { maxTokens: 48 });
  const sizes = tokens.map(({ id, explanation }, i) => ({
    x: i,
    y: explanation.steps[0]!.kept,
    name: lab.tokenizer.decode([id]).replaceAll("\n", "⏎"),
  }));
  const ascending = sizes.map(({ y }) => y).sort((a, b) => a - b);
  const [least, most] = [ascending[0]!, ascending.at(-1)!];
  claim(most > 50 * least, "the set's size varies more than fiftyfold along the text");
  const picture = draw({
    title: "Top-p 0.9 along a text: how many tokens could have come",
    vertical: "size of the set, on a logarithmic axis",
    marginBottom: 100,
    height: 420,
    x: {
      type: "point",
      domain: sizes.map(({ x }) => x),
      tickFormat: (x: number) => sizes[x]!.name,
      tickRotate: -60,
      label: null,
    },
    y: { type: "log", domain: [0.8, 1500], tickFormat: "~s", ticks: 5 },
    marks: [
      ...level(K, `a fixed k of ${K}`, sizes.length - 1),
      line(sizes, BLUE, 1),
      dots(sizes, BLUE),
      label({ x: 0, y: sizes[0]!.y }, "below: the token that was drawn", GRAY, { dy: -14 }),
    ],
  });
  const values = {
    "topp.chain": json(NUCLEUS),
    "topp.text": quotation(WIDE, text),
    "topp.least": String(least),
    "topp.median": String(ascending[ascending.length >> 1]),
    "topp.most": String(most),
  };
  return { values, pictures: { "top-p.svg": picture } };
}

/** The rules that go by the shape, one setting each. */
const RULES: readonly StepSpec[] = [
  { type: "top-k", k: 40 },
  { type: "top-p", p: 0.9 },
  { type: "min-p", p: 0.05 },
  { type: "typical", mass: 0.9 },
  { type: "epsilon", epsilon: 0.0006 },
  { type: "eta", epsilon: 0.0006 },
  { type: "top-n-sigma", n: 1 },
  { type: "xtc", probability: 1, threshold: 0.03 },
];

export function others(lab: Lab): Chapter {
  const both = [NARROW, WIDE].map((prompt) => logitsAfter(lab, prompt));
  const rows = RULES.map((step) => [`\`${json(step)}\``, ...both.flatMap((logits) => effect(lab, logits, step))]);
  const full = [
    "none",
    ...both.flatMap((logits) => [String(logits.length), digits(bits(logits)), first(lab, logits, [])]),
  ];
  const head = [
    "step",
    ...["narrow", "wide"].flatMap((text) => [`${text}: kept`, "entropy, bits", "the most probable"]),
  ];
  const typicalFirst = first(lab, both[1]!, [{ type: "typical", mass: 0.2 }]);
  return { values: { "others.table": table(head, [full, ...rows]), "others.typical-first": typicalFirst } };
}

function effect(lab: Lab, logits: Float32Array, step: StepSpec): string[] {
  const { candidates } = applyChain([step], logits, { history: [] }, { uniform: () => 0 });
  return [String(candidates.ids.length), digits(entropy(candidates) / Math.LN2), first(lab, logits, [step])];
}

function first({ tokenizer }: Lab, logits: Float32Array, chain: readonly StepSpec[]): string {
  const { candidates } =
    chain.length > 0
      ? applyChain(chain, logits, { history: [] }, { uniform: () => 0 })
      : { candidates: candidatesOf(logits) };
  const shares = probabilities(candidates);
  const best = shares.indexOf(Math.max(...shares));
  return `${spelled(tokenizer.decode([candidates.ids[best]!]))} ${percent(shares[best]!)}`;
}
