/**
 * Bar charts of the probability of each token, one below the other, as in the figure of Holtzman et al., "The Curious
 * Case of Neural Text Degeneration" (arXiv 1904.09751): the probability varies strongly in human text, and stays high
 * in text decoded for its likelihood. A standalone SVG.
 */
import type { Tokenizer } from "@tsgpt/gpt";
import { type Checks, checkOptions, objectWith, required } from "@tsgpt/numeric";
import { isScored, type TokenScores } from "./token-scores.ts";
import { escapeMarkup } from "./visible-text.ts";

/** One text in the chart: its name and its scores. */
export interface Strip {
  readonly name: string;
  readonly scores: TokenScores;
}

/** The heading of the chart, and the tokenizer for its labels. */
export interface StripOptions {
  readonly title: string;
  readonly tokenizer?: Tokenizer | undefined;
}

const CHECKS: Checks<StripOptions> = {
  title: required("string"),
  tokenizer: objectWith("a Tokenizer", "tokenBytes", "tokenText"),
};

const [WIDTH, LEFT, RIGHT] = [960, 56, 16];
const [TOP, HEIGHT, GAP, BOTTOM] = [64, 150, 58, 36];
const COLORS = ["#1b5e9e", "#a84300"] as const;

/** One strip or two, on the same horizontal scale. @throws RangeError for an invalid option */
export function probabilityStrips(strips: readonly Strip[], options: StripOptions): string {
  checkOptions("probabilityStrips", options, CHECKS);
  const { title, tokenizer } = options;
  const length = Math.max(1, ...strips.map(({ scores }) => scores.ids.length));
  const height = TOP + strips.length * HEIGHT + (strips.length - 1) * GAP + BOTTOM;
  const parts = strips.map((strip, i) => {
    return stripMarks(strip, {
      y: TOP + i * (HEIGHT + GAP),
      color: COLORS[i % COLORS.length] as string,
      length,
      tokenizer,
    });
  });
  const size = `viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}"`;
  const font = 'font-family="system-ui, sans-serif" font-size="13" fill="#1a1a1a"';
  return `<svg xmlns="http://www.w3.org/2000/svg" ${size} role="img" ${font}>
<title>${escapeMarkup(title)}</title>
<rect width="100%" height="100%" fill="#ffffff"/>
<text x="${LEFT}" y="24" font-size="16" font-weight="600">${escapeMarkup(title)}</text>
${parts.join("\n")}
<text x="${WIDTH - RIGHT}" y="${height - 8}" text-anchor="end">token of the text →</text>
</svg>
`;
}

interface Place {
  /** y of the strip's upper edge. */
  readonly y: number;
  readonly color: string;
  /** Number of tokens in the longest strip. */
  readonly length: number;
  readonly tokenizer: Tokenizer | undefined;
}

function stripMarks({ name, scores }: Strip, { y, color, length, tokenizer }: Place): string {
  const step = (WIDTH - LEFT - RIGHT) / length;
  const bars: string[] = [];
  for (let i = 0; i < scores.ids.length; i++) {
    if (!isScored(scores, i)) continue;
    const probability = Math.exp(scores.logprob[i] as number);
    const tall = HEIGHT * probability;
    const at = `x="${fixed(LEFT + i * step)}" y="${fixed(y + HEIGHT - tall)}"`;
    const size = `width="${fixed(Math.max(step * 0.9, 0.3))}" height="${fixed(tall)}"`;
    const text = escapeMarkup(label(scores.ids[i] as number, tokenizer));
    bars.push(`<rect ${at} ${size}><title>${text} ${probability.toPrecision(3)}</title></rect>`);
  }
  const ticks = [0, 0.5, 1].map((value) => {
    const at = y + HEIGHT * (1 - value);
    const line = `<path d="M${LEFT} ${at}H${WIDTH - RIGHT}" stroke="#b0b0b0"/>`;
    return `${line}<text x="${LEFT - 8}" y="${at + 4}" text-anchor="end">${value}</text>`;
  });
  const said = escapeMarkup(`${name}: ${described(scores)}`);
  const heading = `<text x="${LEFT}" y="${y - 12}" fill="${color}" font-weight="600">${said}</text>`;
  return `${heading}\n${ticks.join("")}\n<g fill="${color}">\n${bars.join("\n")}\n</g>`;
}

function label(id: number, tokenizer: Tokenizer | undefined): string {
  return tokenizer?.tokenBytes(id) === undefined ? `[${id}]` : JSON.stringify(tokenizer.tokenText(id));
}

/** Mean and standard deviation of the probabilities: how high the bars are and how much they vary. */
function described(scores: TokenScores): string {
  const { count, mean, deviation } = probabilitySpread(scores);
  if (count === 0) return "no token has a score";
  return `probability per token, mean ${mean.toFixed(3)}, deviation ${deviation.toFixed(3)}, ${count} tokens`;
}

/** How the probabilities of a text's scored tokens spread. */
export interface ProbabilitySpread {
  readonly count: number;
  readonly mean: number;
  readonly deviation: number;
}

/** Mean and standard deviation of the scored tokens' probabilities; NaN if there are none. */
export function probabilitySpread(scores: TokenScores): ProbabilitySpread {
  const probabilities = [...scores.logprob].filter((_, i) => isScored(scores, i)).map(Math.exp);
  const count = probabilities.length;
  const mean = probabilities.reduce((sum, value) => sum + value, 0) / count;
  const deviation = Math.sqrt(probabilities.reduce((sum, value) => sum + (value - mean) ** 2, 0) / count);
  return { count, mean, deviation };
}

const fixed = (value: number): string => String(Number(value.toFixed(2)));
