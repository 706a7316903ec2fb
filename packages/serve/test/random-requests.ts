/** Random requests, each as fields of a body and as arguments of `tsgpt generate`, the same for a seed. */
import { createGenerator, nextUniform } from "@tsgpt/numeric";
import { MODEL } from "./served.ts";

export interface RandomRequest {
  readonly fields: Readonly<Record<string, unknown>>;
  readonly args: readonly string[];
}

/** Some of them begin alike, so that prefixes are shared. */
const PROMPTS = ["Once upon a time", "Once upon a time there was a king", "The king", "The king said to his son", "A"];

type Uniform = () => number;

/** A value for each option, in every dialect within its range. */
const OPTIONS: readonly (readonly [name: string, value: (uniform: Uniform) => number | string])[] = [
  ["temperature", (uniform) => 0.3 + uniform()],
  ["top_k", (uniform) => 1 + Math.floor(uniform() * 60)],
  ["top_p", (uniform) => 0.5 + uniform() / 2],
  ["min_p", (uniform) => uniform() / 10],
  ["typical", (uniform) => 0.5 + uniform() / 2],
  ["repetition_penalty", (uniform) => 1 + uniform() / 2],
  ["no_repeat_ngram", (uniform) => 2 + Math.floor(uniform() * 3)],
  ["dry_multiplier", (uniform) => uniform()],
  ["top_n_sigma", (uniform) => 1 + uniform() * 2],
  ["watermark_key", (uniform) => Math.floor(uniform() * 1000)],
];

const DIALECTS = ["openai", "lecture", "hf", "llama.cpp"];

export function randomRequests(count: number, seed: number): RandomRequest[] {
  const generator = createGenerator(seed);
  return Array.from({ length: count }, () => requestOf(() => nextUniform(generator)));
}

function requestOf(uniform: Uniform): RandomRequest {
  const pick = <Item>(items: readonly Item[]) => items[Math.floor(uniform() * items.length)];
  const prompt = pick(PROMPTS);
  const common = {
    dialect: pick(DIALECTS),
    seed: Math.floor(uniform() * 1e6),
    max_tokens: 1 + Math.floor(uniform() * 24),
    ...Object.fromEntries(OPTIONS.filter(() => uniform() < 0.25).map(([name, value]) => [name, value(uniform)])),
  };
  const stop = uniform() < 0.3 ? [" the", "."] : [];
  const bias = uniform() < 0.3 ? { "300": 2, "301": -3 } : {};
  const n = uniform() < 0.3 ? 3 : 1;
  const fields = { model: MODEL, prompt, n, stop, logit_bias: bias, logprobs: 0, ...common };
  const args = [
    prompt,
    ...Object.entries(common).flatMap(([name, value]) => [`--${name.replaceAll("_", "-")}`, String(value)]),
    ...stop.flatMap((text) => ["--stop", text]),
    ...(Object.keys(bias).length > 0 ? ["--logit-bias", "300:2,301:-3"] : []),
    ...(n > 1 ? ["--num-samples", String(n)] : []),
  ];
  return { fields, args };
}
