/**
 * "Picture (SVG)": the text as tokens, with the probability of each generated one, and the likeliest next ones as
 * bars. It is self-contained, and every number in it is the engine's. SVG does not break lines: widths are those of a
 * monospace font.
 */
import { escapeMarkup, visibleText } from "@tsgpt/analysis";
import { candidatesOf, mostProbable } from "@tsgpt/sampling";
import { formatProbability } from "../format.ts";
import type { Token } from "../protocol/text.ts";
import { strings } from "../strings.ts";
import { describeShares, describeTokens } from "./describe.ts";
import type { Session } from "./session.ts";
import { promptOf } from "./state-file.ts";

const words = strings.shareAndExport;

const WIDTH = 960;
const MARGIN = 24;
const CHARACTER = 8.5; // the width of one, at a font size of 14
const CHIP = { height: 40, gap: 4, padding: 7, least: 46 } as const;
const BAR = { height: 24, left: 260, width: 560 } as const;
/** Characters of a token that are shown; all of them are in its title. */
const LONGEST = 60;
/** Likeliest next tokens. */
const NEXT = 10;

const INK = "#1b1b1f";
const QUIET = "#55555e";
const ACCENT = "#0b57d0";

/** The SVG. */
export function pictureFile(session: Session): string {
  const { model, history, promptLength, draws, opening } = session;
  const tokens = describeTokens(model, history);
  const text = tokens.map((token) => token.text).join("");
  const chips = placed(tokens);
  const top = 84;
  const end = top + (chips.at(-1)?.y ?? 0) + CHIP.height;
  const next = nextTokens(session);
  const height = end + 64 + next.length * BAR.height + MARGIN;
  const title = escapeMarkup(words.pictureTitle(model.name, cut(promptOf(session), LONGEST)));
  const summary = escapeMarkup(words.pictureSummary(promptLength, draws.length, opening.seed));
  const bars = next.map((one, i) => bar(one, end + 56 + i * BAR.height));
  const marks = chips.map((chip, i) => chipMarks(chip, top, draws[i - promptLength]?.logprob));
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" \
role="img" aria-labelledby="title description" font-family="system-ui, sans-serif" font-size="13" fill="${INK}">
<title id="title">${title}</title>
<desc id="description">${summary}. ${escapeMarkup(text)}</desc>
<rect width="100%" height="100%" fill="#ffffff"/>
<text x="${MARGIN}" y="34" font-size="16" font-weight="600">${title}</text>
<text x="${MARGIN}" y="54" fill="${QUIET}">${summary}</text>
<text x="${MARGIN}" y="72" fill="${QUIET}">${escapeMarkup(words.pictureLegend)}</text>
<g text-anchor="middle">
${marks.join("\n")}
</g>
<text x="${MARGIN}" y="${end + 40}" font-size="16" font-weight="600">${escapeMarkup(words.pictureNext)}</text>
<g>
${bars.join("\n")}
</g>
</svg>
`;
}

interface Chip extends Token {
  readonly shown: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
}

/** The tokens in lines. */
function placed(tokens: readonly Token[]): Chip[] {
  let x = MARGIN;
  let y = 0;
  return tokens.map((token) => {
    const shown = shownText(token.text);
    const width = Math.max(CHIP.least, Math.ceil(columns(shown) * CHARACTER + 2 * CHIP.padding));
    if (x + width > WIDTH - MARGIN && x > MARGIN) {
      x = MARGIN;
      y += CHIP.height + CHIP.gap;
    }
    const chip = { ...token, shown, x, y, width };
    x += width + CHIP.gap;
    return chip;
  });
}

/** A generated token has a log-probability; one of the prompt has its id under it. */
function chipMarks({ id, text, shown, x, y, width }: Chip, top: number, logprob: number | undefined): string {
  const probability = logprob === undefined ? undefined : Math.exp(logprob);
  const note = probability === undefined ? String(id) : formatProbability(probability);
  const place = `x="${x}" y="${top + y}" width="${width}" height="${CHIP.height}" rx="4"`;
  const paper = `<rect ${place} fill="#eef0f4"/>`;
  const shade =
    probability === undefined ? "" : `<rect ${place} fill="${ACCENT}" fill-opacity="${shadeOf(probability)}"/>`;
  const middle = x + width / 2;
  return `<g><title>${escapeMarkup(`${JSON.stringify(text)}, ${id}`)}</title>${paper}${shade}\
<text x="${middle}" y="${top + y + 18}" font-family="monospace" font-size="14">${escapeMarkup(shown)}</text>\
<text x="${middle}" y="${top + y + 34}" font-size="11">${note}</text></g>`;
}

/** At most half, so that the text on it stays readable. */
const shadeOf = (probability: number): string => (probability / 2).toFixed(3);

interface NextToken {
  readonly text: string;
  readonly probability: number;
}

/** The likeliest, and the rest of the probability. */
function nextTokens({ model, logits }: Session): NextToken[] {
  const likeliest = describeShares(model, mostProbable(candidatesOf(logits), NEXT));
  const rest = likeliest.reduce((sum, { probability }) => sum - probability, 1);
  const shown = likeliest.map(({ id, text, probability }) => ({ text: shownText(text) || `[${id}]`, probability }));
  return [...shown, { text: words.others, probability: Math.max(0, rest) }];
}

function bar({ text, probability }: NextToken, y: number): string {
  const width = (BAR.width * probability).toFixed(1);
  const label = `<text x="${BAR.left - 8}" y="${y + 13}" text-anchor="end" font-family="monospace" font-size="14">`;
  return `${label}${escapeMarkup(cut(text, 26))}</text>\
<rect x="${BAR.left}" y="${y}" width="${width}" height="${BAR.height - 6}" fill="${ACCENT}"/>\
<text x="${(BAR.left + Number(width) + 8).toFixed(1)}" y="${y + 13}">${formatProbability(probability)}</text>`;
}

/** With visible spaces and control characters, as the page shows them. */
function shownText(text: string): string {
  return cut(visibleText(text), LONGEST).replaceAll(" ", "·").replaceAll("\n", "↵").replaceAll("\t", "⇥");
}

function cut(text: string, most: number): string {
  const characters = [...text];
  return characters.length <= most ? text : `${characters.slice(0, most - 1).join("")}…`;
}

/** Characters that take two columns of a monospace font: of East Asian scripts, and emoji. */
const WIDE = /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\u{1f000}-\u{3ffff}]/u;

function columns(text: string): number {
  return [...text].reduce((sum, character) => sum + (WIDE.test(character) ? 2 : 1), 0);
}
