/** Random requests, each as fields of a body and as arguments of `tsgpt generate`, the same for a seed. */
import { createGenerator, nextUniform } from "@tsgpt/numeric";
import { MODEL } from "./served.ts";

export interface RandomRequest {
  readonly fields: Readonly<Record<string, unknown>>;
  readonly args: readonly string[];
}

/** More than 60 tokens: it is read in several chunks. */
export const LONG =
  "Once upon a time there was a king who had three sons, and the youngest was called the simpleton. One day the king " +
  "said to them: Go into the forest, and whoever brings home the finest ring shall have my kingdom when I am dead. " +
  "And so that there should be no dispute among them, he took them before the castle and blew three feathers into the air";

/** Some of them begin alike, so that prefixes are shared. */
const PROMPTS = [
  "Once upon a time",
  "The king",
  "The king said to his son",
  "A",
  LONG,
  `${LONG}, and said: You shall go as they fly.`,
];

type Uniform = () => number;
type Value = number | string | readonly number[] | readonly string[];

/** A value for each option, in every dialect within its range. */
const OPTIONS: readonly (readonly [name: string, value: (uniform: Uniform) => Value])[] = [
  ["temperature", (uniform) => 0.3 + uniform()],
  ["top_k", (uniform) => 1 + Math.floor(uniform() * 60)],
  ["top_p", (uniform) => 0.5 + uniform() / 2],
  ["min_p", (uniform) => uniform() / 10],
  ["typical", (uniform) => 0.5 + uniform() / 2],
  ["epsilon", (uniform) => uniform() / 100],
  ["eta", (uniform) => uniform() / 100],
  ["top_n_sigma", (uniform) => 1 + uniform() * 2],
  ["xtc_probability", (uniform) => uniform()],
  ["mirostat_tau", (uniform) => 3 + uniform() * 4],
  ["frequency_penalty", (uniform) => 1 + uniform() / 2],
  ["presence_penalty", (uniform) => 1 + uniform() / 2],
  ["repetition_penalty", (uniform) => 1 + uniform() / 2],
  ["no_repeat_ngram", (uniform) => 2 + Math.floor(uniform() * 3)],
  ["dry_multiplier", (uniform) => uniform()],
  ["penalty_scope", (uniform) => ["all", "generated", 9][Math.floor(uniform() * 3)] as Value],
  ["banned", () => ["the", "300,301"]],
  ["allowed", (uniform) => Array.from({ length: 500 }, (_, i) => Math.floor(uniform() * 8) + 8 * i)],
  ["forced_first", (uniform) => 256 + Math.floor(uniform() * 1000)],
  ["min_tokens", (uniform) => 1 + Math.floor(uniform() * 8)],
  ["watermark_key", (uniform) => Math.floor(uniform() * 1000)],
];

/** Mirostat replaces these, and is refused beside them. */
const TRUNCATIONS = ["top_k", "top_p", "min_p", "typical", "epsilon", "eta", "top_n_sigma", "xtc_probability"];
/** Without one of these, the scope of penalties is refused. */
const PENALTIES = OPTIONS.map(([name]) => name).filter((name) => /penalty$|ngram|dry/.test(name));

const DIALECTS = ["openai", "lecture", "hf", "llama.cpp"];

export function randomRequests(count: number, seed: number): RandomRequest[] {
  const generator = createGenerator(seed);
  return Array.from({ length: count }, () => requestOf(() => nextUniform(generator)));
}

function requestOf(uniform: Uniform): RandomRequest {
  const pick = <Item>(items: readonly Item[]) => items[Math.floor(uniform() * items.length)];
  const prompt = pick(PROMPTS);
  const common: Readonly<Record<string, unknown>> = {
    dialect: pick(DIALECTS),
    seed: Math.floor(uniform() * 1e6),
    max_tokens: 1 + Math.floor(uniform() * 24),
    ...optionsOf(uniform),
  };
  const stop = uniform() < 0.3 ? [" the", "."] : [];
  const bias = uniform() < 0.3 ? { "300": 2, "301": -3 } : {};
  const n = uniform() < 0.3 ? 3 : 1;
  const fields = { model: MODEL, prompt, n, stop, logit_bias: bias, logprobs: 0, ...common };
  const args = [
    prompt as string,
    ...Object.entries(common).flatMap(([name, value]) => argumentsOf(`--${name.replaceAll("_", "-")}`, value)),
    ...argumentsOf("--stop", stop),
    ...(Object.keys(bias).length > 0 ? ["--logit-bias", "300:2,301:-3"] : []),
    ...(n > 1 ? ["--num-samples", String(n)] : []),
  ];
  return { fields, args };
}

function optionsOf(uniform: Uniform): Readonly<Record<string, Value>> {
  const given = OPTIONS.filter(() => uniform() < 0.2);
  const isPenalized = given.some(([name]) => PENALTIES.includes(name));
  const hasMirostat = given.some(([name]) => name === "mirostat_tau");
  const fitting = given.filter(
    ([name]) => (isPenalized || name !== "penalty_scope") && !(hasMirostat && TRUNCATIONS.includes(name)),
  );
  return Object.fromEntries(fitting.map(([name, value]) => [name, value(uniform)]));
}

/** Texts are given one by one, ids in one list. */
function argumentsOf(flag: string, value: unknown): string[] {
  const isTexts = Array.isArray(value) && value.every((each) => typeof each === "string");
  return (isTexts ? value : [String(value)]).flatMap((each) => [flag, each]);
}
