/** The page of a walkthrough as text: self-contained, escaped, and with the numbers of the stages. */
import { explainPage, PAGE_ROOM } from "@tsgpt/analysis";
import { expect, test } from "vitest";
import { escapeMarkup } from "../src/score/visible-text.ts";
import { allStages, inputOf, loadModel } from "./explained.ts";

const HOSTILE = `<script>alert(1)</script> </style> & "a" \u202Ereversed \u001b[31m <img src=x onerror=alert(1)> 🦓`;
const input = await inputOf(await loadModel("fairytales-1"), HOSTILE, { room: PAGE_ROOM });
const page = explainPage(allStages(input), { title: HOSTILE, summary: [HOSTILE] });

test("there is no tag but its own, no script, no address and no attribute that runs one", () => {
  const tags = new Set([...page.matchAll(/<([a-z!]+\d?)/g)].map(([, tag]) => tag));
  const body = ["main", "h1", "h2", "p", "nav", "a", "section", "span", "pre", "div"];
  const table = ["table", "thead", "tbody", "tr", "th", "td", "svg", "path"];
  const head = ["!doctype", "html", "head", "meta", "link", "title", "style", "body"];
  expect([...tags].filter((tag) => ![...head, ...body, ...table].includes(tag as string))).toEqual([]);
  expect(page).not.toMatch(/<[^>]+\son\w+=/);
  expect(page).not.toMatch(/(?:src|href)="(?!data:,|#)/);
  expect(page).not.toContain("\u202e");
  expect(page).not.toContain("\u001b");
});

test("the text is escaped: in the heading, the summary and the tokens", () => {
  expect(page).toContain(`<h1>${escapeMarkup(HOSTILE)}</h1>`);
  expect(page).toContain("&quot;&lt;&quot;");
});

test("every stage has a section with a heading and a link to it, every table a name", () => {
  expect([...page.matchAll(/<section id="(\w+)"/g)].map(([, id]) => id)).toEqual(
    [...page.matchAll(/<a href="#(\w+)"/g)].map(([, id]) => id),
  );
  const names = [...page.matchAll(/<table class="\w+" aria-labelledby="([\w-]+)"/g)].map(([, id]) => id);
  expect(names).toHaveLength(allStages(input).flatMap(({ tables }) => tables).length);
  for (const id of names) expect(page).toContain(`class="caption" id="${id}"`);
});

test("the numbers of the stages are in it: the logit, each weight of the heat map in percent", async () => {
  const short = await inputOf(input.model, "red, blue, red, blue", { room: PAGE_ROOM });
  const own = explainPage(allStages(short), { title: "x", summary: [] });
  const { position, attention, attribution } = short.walkthrough;
  expect(own).toContain(`<td class="number">+${attribution.logit.toFixed(3)}</td>`);
  const weights = Array.from(attention.pattern.row(position).data);
  const last = own.match(/aria-current="true">.*class="shade.*<\/tr>/)?.[0] ?? "";
  expect([...last.matchAll(/class="shade[^>]*>(\d+)</g)].map(([, text]) => Number(text))).toEqual(
    weights.map((weight) => Math.round(100 * weight)),
  );
  expect(own).not.toContain("<svg");
});

test("of a long prompt it has every token, every part and the whole pattern", async () => {
  const ids = Array.from({ length: 512 }, (_, i) => (i * 97 + 5) % 4096);
  const long = await inputOf(input.model, ids, { room: PAGE_ROOM });
  const stages = allStages(long);
  const rowsOf = (i: number, table = 0) => stages[i]?.tables[table]?.rows ?? [];
  expect(rowsOf(0).map(([, , id]) => id)).toEqual(ids.map(String));
  expect(rowsOf(1, 1)).toHaveLength(512);
  expect(rowsOf(5)).toHaveLength(3 + 6 + 36 + 6 + 1); // every part, and the sum
  expect(rowsOf(2)).toHaveLength(40);
  expect(stages[2]?.tables[0]?.notes[0]).toMatch(/^472 more hold [\d.]+%\.$/);
  const own = explainPage(stages, { title: "x", summary: [] });
  expect(own.match(/<svg class="heat" role="img" aria-labelledby="attention-picture"/g)).toHaveLength(1);
  expect(own.length).toBeLessThan(700_000);
});

test("a negative bar and a sum of many are told apart from others", () => {
  expect(page).toMatch(/<td class="number">-[\d.]+<\/td><td class="bar"><span class="negative"/);
  expect(page).toMatch(/<tr class="sum"><th scope="row" class="number">11-100<\/th>/);
});
