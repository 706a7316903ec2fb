/**
 * How well each statistic detects the text of several decoders, and how that depends on temperature and top-p.
 */
import type { Chapter } from "../sampling/lab.ts";
import { table } from "../sampling/markdown.ts";
import { BLUE, dots, draw, GREEN, label, level, line, type Point, RED, VIOLET } from "../sampling/plot.ts";
import { type Auroc, auroc } from "./auroc.ts";
import { claim, type Decoder, humanTexts, type Lab, modelTexts, STATISTICS, type Statistic, valuesOf } from "./lab.ts";

const temperature = (t: number): Decoder => ({
  name: t === 1 ? "the whole distribution" : `temperature ${t}`,
  chain: t === 1 ? [] : [{ type: "temperature", temperature: t }],
});
const topP = (p: number): Decoder => ({
  name: p === 1 ? "the whole distribution" : `top-p ${p}`,
  chain: p === 1 ? [] : [{ type: "top-p", p }],
});

export const TOP_P = topP(0.9);
export const GREEDY: Decoder = { name: "greedy", chain: [{ type: "greedy" }] };
const WHOLE = temperature(1);
const WARM = temperature(1.3);
const TOP_K: Decoder = { name: "top-k 40", chain: [{ type: "top-k", k: 40 }] };

export const DECODERS: readonly Decoder[] = [GREEDY, temperature(0.7), TOP_K, topP(0.8), TOP_P, WHOLE, WARM];
const TEMPERATURES = [0.5, 0.7, 0.85, 1, 1.15, 1.3];
const TOP_PS = [0.5, 0.7, 0.8, 0.9, 0.95, 1];

/** The AUROC of a statistic: texts of a decoder against human texts. */
export async function aurocOf(lab: Lab, decoder: Decoder, statistic: Statistic): Promise<Auroc> {
  const [human, model] = [await humanTexts(lab), await modelTexts(lab, decoder)];
  return auroc(valuesOf(statistic, model.scores), valuesOf(statistic, human.scores));
}

/** `0.93 (0.90 to 0.96)` */
export const shown = ({ value, low, high }: Auroc): string =>
  `${value.toFixed(2)} (${low.toFixed(2)} to ${high.toFixed(2)})`;

/** One row: a decoder's AUROC by each statistic. */
export async function decoderRow(lab: Lab, decoder: Decoder): Promise<string[]> {
  const cells: string[] = [];
  for (const statistic of STATISTICS) cells.push(shown(await aurocOf(lab, decoder, statistic)));
  return [decoder.name, ...cells];
}

export const named = (name: string): Statistic => STATISTICS.find((statistic) => statistic.name === name)!;
const LIKELIHOOD = named("log-likelihood");
const FAST = named("Fast-DetectGPT");

export async function decoders(lab: Lab): Promise<Chapter> {
  const rows: string[][] = [];
  for (const decoder of DECODERS) rows.push(await decoderRow(lab, decoder));
  const best = await bestByDecoder(lab);
  const [likelihood, fast] = [await aurocOf(lab, WARM, LIKELIHOOD), await aurocOf(lab, WARM, FAST)];
  claim(likelihood.high < 0.5 && fast.high < 0.5, "a temperature of 1.3 brings both statistics below 0.5");
  const whole = await aurocOf(lab, WHOLE, LIKELIHOOD);
  return {
    values: {
      "decoders.table": table(["decoder", ...STATISTICS.map(({ name }) => name)], rows),
      "decoders.best": table(["decoder", "best statistic", "AUROC"], best, 2),
      "decoders.whole": shown(whole),
      "decoders.wholeFast": shown(await aurocOf(lab, WHOLE, FAST)),
      "decoders.warm": shown(likelihood),
      "decoders.count": String(lab.human.length),
    },
  };
}

/** The statistic whose AUROC is farthest from 0.5, for each decoder. */
async function bestByDecoder(lab: Lab): Promise<string[][]> {
  const rows: string[][] = [];
  for (const decoder of DECODERS) {
    const all = [];
    for (const statistic of STATISTICS)
      all.push({ name: statistic.name, found: await aurocOf(lab, decoder, statistic) });
    const [first] = all.sort((a, b) => Math.abs(b.found.value - 0.5) - Math.abs(a.found.value - 0.5));
    rows.push([decoder.name, first!.name, shown(first!.found)]);
  }
  return rows;
}

const SHOWN: readonly (readonly [string, string])[] = [
  ["log-likelihood", BLUE],
  ["LRR", GREEN],
  ["Fast-DetectGPT", RED],
  ["entropy", VIOLET],
];

export async function sweeps(lab: Lab): Promise<Chapter> {
  const byTemperature = await curves(lab, TEMPERATURES, temperature);
  const byTopP = await curves(lab, TOP_PS, topP);
  const likelihood = byTemperature.get("log-likelihood")!;
  claim(
    likelihood.every(({ y }, i) => i === 0 || y < likelihood[i - 1]!.y),
    "log-likelihood falls with every step of temperature",
  );
  const head = ["", ...SHOWN.map(([name]) => name)];
  const rows = (by: Map<string, Point[]>, xs: readonly number[]) =>
    xs.map((x, i) => [String(x), ...SHOWN.map(([name]) => by.get(name)![i]!.y.toFixed(2))]);
  return {
    values: {
      "sweeps.temperature": table(["temperature", ...head.slice(1)], rows(byTemperature, TEMPERATURES)),
      "sweeps.top-p": table(["top-p", ...head.slice(1)], rows(byTopP, TOP_PS)),
    },
    pictures: {
      "temperature.svg": picture("AUROC by temperature", "temperature →", byTemperature),
      "top-p.svg": picture("AUROC by top-p", "top-p →", byTopP),
    },
  };
}

async function curves(
  lab: Lab,
  xs: readonly number[],
  decoderOf: (x: number) => Decoder,
): Promise<Map<string, Point[]>> {
  const found = new Map<string, Point[]>();
  for (const [name] of SHOWN) {
    const points: Point[] = [];
    for (const x of xs) points.push({ x, y: (await aurocOf(lab, decoderOf(x), named(name))).value });
    found.set(name, points);
  }
  return found;
}

/** AUROC curves with their names in the lower left. */
export function picture(title: string, x: string, curvesByName: ReadonlyMap<string, readonly Point[]>): string {
  const points = [...curvesByName.values()].flat();
  const [first, last] = [Math.min(...points.map((point) => point.x)), Math.max(...points.map((point) => point.x))];
  const marks = SHOWN.filter(([name]) => curvesByName.has(name)).flatMap(([name, color], i) => {
    const curve = curvesByName.get(name)!;
    const at = { x: first, y: 0.4 - 0.055 * i };
    return [line(curve, color), dots(curve, color), label(at, name, color, { dx: 10 })];
  });
  return draw({
    title,
    vertical: "AUROC, generated against human text",
    x: { label: x },
    y: { domain: [0, 1] },
    marks: [...level(0.5, "chance", last), ...marks],
  });
}
