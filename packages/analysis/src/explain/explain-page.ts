/**
 * A walkthrough as one self-contained page for a class: every stage with its formula and this prompt's numbers, in
 * light and dark, printable. Pictures are columns of tables: the numbers are beside the bars and inside the heat map. A
 * heat map of many tokens is a picture of its own, with the numbers of one row below it.
 */
import { type Checks, checkOptions, required, strings } from "@tsgpt/numeric";
import { pageShell } from "../page/page-shell.ts";
import { escapeMarkup } from "../score/visible-text.ts";
import { heatPicture } from "./heat-picture.ts";
import { PAGE_STYLE } from "./page-style.ts";
import type { Cell, Column, Picture, Room, Stage, Table } from "./stage.ts";

/** How much of each stage the page shows: all of it, as a page scrolls; a heat map of many tokens as a picture. */
export const PAGE_ROOM: Room = { lines: Number.POSITIVE_INFINITY, tokens: 20, pictures: true };

/** The heading of the page, and what is said below it. */
export interface ExplainPageOptions {
  /** The heading. */
  readonly title: string;
  /** Lines below it, such as the model's size. */
  readonly summary: readonly string[];
}

const CHECKS: Checks<ExplainPageOptions> = { title: required("string"), summary: required(strings) };

/** The page of these stages. @throws RangeError for an invalid option */
export function explainPage(stages: readonly Stage[], options: ExplainPageOptions): string {
  checkOptions("explainPage", options, CHECKS);
  const { title, summary } = options;
  const links = stages.map(({ name }) => `<a href="#${name}">${name}</a>`).join("\n");
  const body = `${summary.map((line) => `<p>${escapeMarkup(line)}</p>`).join("\n")}
<nav aria-label="Stages">
${links}
</nav>
${stages.map(section).join("\n")}`;
  return pageShell({ title, style: PAGE_STYLE, body });
}

function section({ name, title, formula, facts, picture, tables }: Stage, i: number): string {
  const drawn = picture ? [drawing(picture, `${name}-picture`)] : [];
  const shown = [...drawn, ...tables.map((table, at) => figure(table, `${name}-table-${at + 1}`))].join("\n");
  return `<section id="${name}" aria-labelledby="${name}-title">
<h2 id="${name}-title"><span class="name">${i + 1}. ${name}</span> ${escapeMarkup(title)}</h2>
<pre class="formula">${formula.map(escapeMarkup).join("\n")}</pre>
${paragraphs(facts)}${shown}
</section>`;
}

function paragraphs(texts: readonly string[]): string {
  return texts.map((text) => `<p>${escapeMarkup(text)}</p>\n`).join("");
}

/** A picture that shrinks to the window, and scrolls where a cell would be smaller than a pixel. */
function drawing(picture: Picture, id: string): string {
  return `<p class="caption" id="${id}">${escapeMarkup(picture.caption)}</p>
<div class="scroll" role="region" tabindex="0" aria-labelledby="${id}">
${heatPicture(picture, id)}
</div>`;
}

/** A table that scrolls by itself on a narrow screen, reachable by keyboard. */
function figure({ caption, columns, rows, marked, sumsFrom = rows.length, notes }: Table, id: string): string {
  const has = (kind: Column["kind"]) => columns.some((column) => column.kind === kind);
  const kind = has("shade") ? "heat" : has("bar") || has("list") ? "wide" : "narrow";
  const heads = columns.map(({ title, kind }) => `<th scope="col" class="${kind}">${headOf(title, kind)}</th>`);
  const lines = rows.map((row, i) => {
    const cells = row.map((cell, at) => tableCell(cell, columns[at] as Column, at === 0));
    const attributes = i === marked ? ' class="marked" aria-current="true"' : i >= sumsFrom ? ' class="sum"' : "";
    return `<tr${attributes}>${cells.join("")}</tr>`;
  });
  return `<p class="caption" id="${id}">${escapeMarkup(caption)}</p>
<div class="scroll" role="region" tabindex="0" aria-labelledby="${id}">
<table class="${kind}" aria-labelledby="${id}">
<thead><tr>${heads.join("")}</tr></thead>
<tbody>
${lines.join("\n")}
</tbody>
</table>
</div>
${paragraphs(notes)}`;
}

/** A bar has no heading of its own: its number is in the column before it. */
function headOf(title: string, kind: Column["kind"]): string {
  return kind === "bar" ? '<span class="hidden">bar</span>' : escapeMarkup(title);
}

function tableCell(cell: Cell, { kind }: Column, isHead: boolean): string {
  if (typeof cell === "number") return kind === "bar" ? barCell(cell) : shadeCell(cell);
  const content = typeof cell === "object" ? items(cell) : escapeMarkup(cell ?? "");
  return isHead ? `<th scope="row" class="${kind}">${content}</th>` : `<td class="${kind}">${content}</td>`;
}

const items = (texts: readonly string[]): string =>
  texts.map((text) => `<span class="item">${escapeMarkup(text)}</span>`).join(" ");

/** A bar from the left edge; a negative one is hatched, as its number's sign says. */
function barCell(share: number): string {
  const size = `${(100 * Math.abs(share)).toFixed(1)}%`;
  return `<td class="bar"><span class="${share < 0 ? "negative" : "positive"}" style="--size: ${size}"></span></td>`;
}

/**
 * A weight from 0 to 1, with its percentage inside. A number is black on a light cell and white on a dark one: light's
 * cells are dark from 70%, dark's are light from 53%, where either color has a contrast above 4.5:1.
 */
function shadeCell(weight: number): string {
  const percentage = Math.round(100 * weight);
  const level = percentage >= 70 ? " strong" : percentage >= 53 ? " middle" : "";
  return `<td class="shade${level}" style="--weight: ${percentage}%">${percentage}</td>`;
}
