/** "Picture (SVG)": well-formed, self-contained, with every token and the probabilities of the engine. */
import { logProbabilities, type Model } from "@tsgpt/gpt";
import { afterAll, beforeAll, expect, test } from "vitest";
import { formatProbability } from "../src/format.ts";
import { pictureFile } from "../src/worker/picture.ts";
import { createSession, encode, open, type Session, step } from "../src/worker/session.ts";
import { loadFixtureModel } from "./fixture-model.ts";

const { signal } = new AbortController();

let model: Model;
let session: Session;
beforeAll(async () => {
  model = await loadFixtureModel();
  session = createSession(model);
});
afterAll(() => model.engine.dispose());

async function opened(prompt: string, steps: number): Promise<string> {
  await open(session, encode(session, prompt), { prompt, seed: 7, sampling: { dialect: "lecture" } }, signal);
  for (let i = 0; i < steps; i++) await step(session, undefined, signal);
  return pictureFile(session);
}

/** The content of every element of one name. */
const contents = (svg: string, name: string) =>
  [...svg.matchAll(new RegExp(`<${name}\\b[^>]*>([^<]*)</${name}>`, "g"))].map(([, content]) => content);

test("has the prompt's ids, the generated tokens' probabilities, and the likeliest next tokens", async () => {
  const svg = await opened("Once upon a time", 3);
  const texts = contents(svg, "text");
  for (const id of encode(session, "Once upon a time")) expect(texts).toContain(String(id));
  for (const { logprob } of session.draws) expect(texts).toContain(formatProbability(Math.exp(logprob)));
  const probabilities = [...logProbabilities(session.logits, 0, "test")].map(Math.exp).sort((a, b) => b - a);
  const shown = texts.slice(-22).filter((_, i) => i % 2 === 1);
  const rest = 1 - probabilities.slice(0, 10).reduce((sum, value) => sum + value, 0);
  expect(shown).toEqual([...probabilities.slice(0, 10), rest].map(formatProbability));
});

test("hostile text is text: no markup, no control characters, and lines do not leave the picture", async () => {
  const svg = await opened('<script>alert(1)</script> & "x" \u202e 王国 👑\n\u0007', 12);
  for (const hostile of ["<script", "\u202e", "\u0007"]) expect(svg).not.toContain(hostile);
  expect(svg).not.toMatch(/&(?!amp;|lt;|gt;|quot;|#39;)/);
  expect(svg).not.toMatch(/href|url\(|style=/);
  for (const [, x, width] of svg.matchAll(/<rect x="([\d.]+)" y="[\d.]+" width="([\d.]+)"/g))
    expect(Number(x) + Number(width)).toBeLessThanOrEqual(960);
  expect(contents(svg, "desc")[0]).toContain("12 generated tokens, seed 7");
});
