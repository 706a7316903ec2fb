/**
 * A scored text as one self-contained HTML page: the text colored by GLTR's classes, the alternatives of a token on
 * hover or keyboard focus, a histogram, and a table of all tokens.
 */
import type { Tokenizer } from "@tsgpt/gpt";
import { type Checks, checkOptions, objectWith, required, strings } from "@tsgpt/numeric";
import { type ClassCounts, classCounts, RANK_CLASSES } from "../detect/rank-class.ts";
import { pageShell } from "../page/page-shell.ts";
import { RANK_STYLES, UNSCORED_MARK } from "./rank-style.ts";
import { type TextPiece, textPieces } from "./text-pieces.ts";
import { type TokenScore, type TokenScores, tokenScore } from "./token-scores.ts";
import { escapeMarkup } from "./visible-text.ts";

/** What the page shows besides the scores, and the tokenizer for the texts of tokens. */
export interface PageOptions {
  /** The heading: the names of the text and the model. */
  readonly title: string;
  /** Lines below it, such as the totals. */
  readonly summary: readonly string[];
  readonly tokenizer?: Tokenizer | undefined;
}

const CHECKS: Checks<PageOptions> = {
  title: required("string"),
  summary: required(strings),
  tokenizer: objectWith("a Tokenizer", "tokenBytes", "tokenText"),
};

/** The page of a text's scores. @throws RangeError for an invalid option */
export function htmlPage(scores: TokenScores, options: PageOptions): string {
  checkOptions("htmlPage", options, CHECKS);
  const { title, summary, tokenizer } = options;
  const show = (id: number) => escapeMarkup(spelled(id, tokenizer));
  const pieces = textPieces(scores, tokenizer);
  const tokens = scores.ids.map((_, i) => tokenScore(scores, i));
  const body = `${summary.map((line) => `<p>${escapeMarkup(line)}</p>`).join("\n")}
${histogram(classCounts(scores))}
<p class="hint">Point at a token, or move to it with Tab, for its alternatives.</p>
<div class="text">${pieces.map((piece) => pieceSpan(piece, tokens, show)).join("")}</div>
<details>
<summary>Every token as a table</summary>
${tokenTable(tokens, show)}
</details>`;
  return pageShell({ title, style: STYLE, body });
}

/** A token's text in quotes, or its id if it has no text. */
function spelled(id: number, tokenizer: Tokenizer | undefined): string {
  return tokenizer?.tokenBytes(id) === undefined ? `[${id}]` : JSON.stringify(tokenizer.tokenText(id));
}

type Show = (id: number) => string;

/** A piece of the text, with the card that is shown on hover or focus. */
function pieceSpan({ text, from, to, rankClass }: TextPiece, tokens: readonly TokenScore[], show: Show): string {
  const mark = rankClass === undefined ? UNSCORED_MARK : RANK_STYLES[rankClass].mark;
  const cards = tokens.slice(from, to).map((token) => card(token, show));
  const lines = escapeMarkup(text).replaceAll("\n", '<span class="newline">↵</span>\n');
  const end = lines.endsWith("\n") ? "\n" : ""; // the mark belongs to this line
  const sign = mark === "" ? "" : `<span class="mark">${mark}</span>`;
  const tooltip = `<span class="card">${cards.join("")}</span>`;
  const shown = `<bdi>${end ? lines.slice(0, -1) : lines}</bdi>${sign}${end}${tooltip}`;
  return `<span class="token ${rankClass ?? "unscored"}" tabindex="0">${shown}</span>`;
}

function card(token: TokenScore, show: Show): string {
  const { id, position, logprob, rank, entropy, top } = token;
  const head = `<b>${show(id)}</b> token ${position}, id ${id}`;
  if (logprob === null || rank === null || entropy === null) return `<span class="row">${head}: no score</span>`;
  const likely = `probability ${percent(logprob)}, ${bits(-logprob)} bits, rank ${rank}`;
  const numbers = `${likely}, entropy ${bits(entropy)} bits`;
  const others = top.map((other) => `<span class="alternative">${show(other.id)} ${percent(other.logprob)}</span>`);
  return `<span class="row">${head}: ${numbers}</span><span class="row">${others.join(" ")}</span>`;
}

function tokenTable(tokens: readonly TokenScore[], show: Show): string {
  const heads = ["position", "token", "id", "probability", "bits", "rank", "entropy, bits", "most probable"];
  const rows = tokens.map(({ position, id, logprob, rank, entropy, top }) => {
    const others = top.map((other) => `${show(other.id)} ${percent(other.logprob)}`).join(", ");
    const scored =
      logprob === null ? ["", "", "", ""] : [percent(logprob), bits(-logprob), `${rank}`, bits(entropy ?? 0)];
    const cells = [`${position}`, show(id), `${id}`, ...scored, others].map((cell) => `<td>${cell}</td>`);
    return `<tr>${cells.join("")}</tr>`;
  });
  return `<table class="tokens">
<thead><tr>${heads.map((head) => `<th scope="col">${head}</th>`).join("")}</tr></thead>
<tbody>
${rows.join("\n")}
</tbody>
</table>`;
}

/** The number of tokens in each class; also the legend. */
function histogram(counts: ClassCounts): string {
  const all = Math.max(
    1,
    RANK_CLASSES.reduce((sum, name) => sum + counts[name], 0),
  );
  const rows = RANK_CLASSES.map((name) => {
    const { mark, label } = RANK_STYLES[name];
    const share = (100 * counts[name]) / all;
    const sample = `<span class="token ${name}">token${mark === "" ? "" : `<span class="mark">${mark}</span>`}</span>`;
    const numbers = [counts[name], `${share.toFixed(1)}%`].map((cell) => `<td class="count">${cell}</td>`).join("");
    const bar = `<td class="scale"><span class="bar" style="width: ${share.toFixed(1)}%"></span></td>`;
    return `<tr><td>${sample}</td><th scope="row">${label}</th>${numbers}${bar}</tr>`;
  });
  return `<table class="histogram">
<caption>Tokens by their rank among the model's predictions; ${UNSCORED_MARK} has no score</caption>
${rows.join("\n")}
</table>`;
}

function percent(logprob: number): string {
  const value = 100 * Math.exp(logprob);
  return `${value >= 0.01 ? value.toFixed(2) : value.toPrecision(2)}%`;
}

function bits(nats: number): string {
  return (nats / Math.LN2).toFixed(2);
}

const CLASS_RULES = RANK_CLASSES.map((name) => {
  const { background, foreground, underline } = RANK_STYLES[name];
  const line = underline === undefined ? "" : ` text-decoration: underline ${underline}; text-underline-offset: 3px;`;
  return `.${name} { background: ${background}; color: ${foreground};${line} }`;
}).join("\n");

const STYLE = `:root { color-scheme: light; }
html { scroll-padding-bottom: 14rem; }
body { margin: 0; background: #ffffff; color: #1a1a1a; font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 60rem; margin: 0 auto; padding: 1.5rem 1.5rem 14rem; }
h1 { font-size: 1.4rem; overflow-wrap: anywhere; }
.hint { color: #4a4a4a; }
.text { font: 18px/2 Georgia, serif; white-space: pre-wrap; overflow-wrap: anywhere; }
.text { border-top: 1px solid #767676; padding-top: 1rem; }
.token { border-radius: 3px; }
.mark { font-family: system-ui, sans-serif; }
.mark::before { content: "\\2060"; }
.token:focus-within, .token:hover { outline: 3px solid #0b57d0; outline-offset: 1px; }
.unscored { color: #4a4a4a; }
.card { display: none; position: fixed; inset: auto 0 0 0; z-index: 1; max-height: 12rem; overflow: auto; }
.card { background: #1a1a1a; color: #ffffff; font: 15px/1.6 ui-monospace, monospace; }
.card { padding: 0.8rem 1.5rem; white-space: normal; }
.token:focus-within .card, .token:hover .card { display: block; }
.token:hover .card { z-index: 2; }
.row { display: block; }
.alternative { display: inline-block; border: 1px solid #b0b0b0; border-radius: 3px; white-space: pre; }
.alternative { padding: 0 0.4rem; margin: 0.2rem 0.2rem 0 0; }
table { border-collapse: collapse; }
caption { text-align: start; color: #4a4a4a; padding-bottom: 0.3rem; }
.histogram { width: 100%; margin: 1rem 0; }
.histogram th { font-weight: normal; text-align: start; padding: 0 1rem; }
.count { text-align: end; padding: 0 0.6rem; font-variant-numeric: tabular-nums; }
.histogram td:first-child { white-space: nowrap; }
.scale { width: 50%; }
@media (max-width: 30rem) { .scale { display: none; } }
.bar { display: block; height: 0.9rem; background: #4a4a4a; min-width: 1px; }
.tokens { font: 14px/1.4 ui-monospace, monospace; margin-top: 1rem; }
.tokens th, .tokens td { border: 1px solid #b0b0b0; padding: 0.1rem 0.5rem; text-align: start; }
.tokens th, .tokens td { white-space: pre; unicode-bidi: isolate; vertical-align: top; }
.tokens td:last-child { min-width: 20rem; white-space: pre-wrap; overflow-wrap: anywhere; }
.tokens th { background: #f0f0f0; }
details { margin-top: 2rem; overflow-x: auto; }
summary { cursor: pointer; }
${CLASS_RULES}
`;
