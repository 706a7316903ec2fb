/** Mirostat holds the surprise of a text near a target; a watermark leaves a trace that a count finds. */
import { detectWatermark } from "@tsgpt/analysis";
import { type ChainSpec, presetChain } from "@tsgpt/sampling";
import { sum, WIDE } from "./distribution.ts";
import { type Chapter, claim, type Lab, type Written, write } from "./lab.ts";
import { digits, json, quotation, table } from "./markdown.ts";
import { BLUE, draw, GREEN, label, level, line } from "./plot.ts";
import type { Drift } from "./tail.ts";

const TAU = 3;
const MIROSTAT = presetChain("lecture", { mirostatTau: TAU });
const WINDOW = 40;

/** Bits of each token in the distribution it was drawn from: what mirostat steers. */
const surprises = ({ tokens }: Written) => tokens.map(({ explanation }) => -Math.log2(explanation.probability));
const average = (values: readonly number[]) => sum(values) / values.length;

export async function mirostat(lab: Lab, { written: full }: Drift): Promise<Chapter> {
  const steered = await write(lab, WIDE, MIROSTAT, { maxTokens: full.tokens.length, ignoreEos: true });
  const texts = [
    { name: "mirostat", color: BLUE, bits: surprises(steered) },
    { name: "full distribution", color: GREEN, bits: surprises(full) },
  ];
  const settled = average(texts[0]!.bits.slice(WINDOW));
  claim(Math.abs(settled - TAU) < 0.3, "mirostat holds the average surprise within 0.3 bits of the target");
  const curves = texts.map(({ name, color, bits }) => ({ name, color, points: running(bits) }));
  const picture = draw({
    title: `Surprise along a text: steered to ${TAU} bits, and left alone`,
    vertical: `bits, average of the last ${WINDOW} tokens`,
    marginRight: 130,
    x: { label: "token of the continuation →" },
    y: { domain: [0, 9] },
    marks: [
      ...level(TAU, `target ${TAU}`, WINDOW + 40),
      ...curves.flatMap(({ name, color, points }) => [line(points, color), label(points.at(-1)!, name, color)]),
    ],
  });
  const values = {
    "mirostat.chain": json(MIROSTAT),
    "mirostat.tau": String(TAU),
    "mirostat.settled": digits(settled),
    "mirostat.full": digits(average(texts[1]!.bits)),
    "mirostat.text": quotation("…", lab.tokenizer.decode(steered.tokens.slice(-60).map(({ id }) => id))),
  };
  return { values, pictures: { "mirostat.svg": picture } };
}

function running(bits: readonly number[]) {
  return bits.slice(WINDOW - 1).map((_, i) => ({ x: i + WINDOW, y: average(bits.slice(i, i + WINDOW)) }));
}

const KEY = 42;

export async function watermark(lab: Lab): Promise<Chapter> {
  const chains: Readonly<Record<string, ChainSpec>> = {
    plain: presetChain("lecture"),
    marked: presetChain("lecture", { watermark: { key: KEY } }),
  };
  const rows: string[][] = [];
  const found: number[] = [];
  const values: Record<string, string> = { "watermark.chain": json(chains["marked"]) };
  for (const [name, chain] of Object.entries(chains)) {
    const { text, tokens } = await write(lab, WIDE, chain, { maxTokens: 90 });
    values[`watermark.${name}`] = quotation(WIDE, text);
    for (const key of name === "marked" ? [KEY, KEY + 1] : [KEY]) {
      const { scored, green, z } = detectWatermark(
        tokens.map(({ id }) => id),
        { key },
      );
      found.push(z);
      rows.push([name === "plain" ? "without" : "with key 42", String(key), `${green} of ${scored}`, digits(z)]);
    }
  }
  claim(found[1]! > 4 && Math.max(found[0]!, found[2]!) < 4, "only the marked text under its own key has a z above 4");
  values["watermark.table"] = table(["text", "looked for with key", "green", "z"], rows, 1);
  return { values };
}
