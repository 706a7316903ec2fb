/** The stages after the blocks: logit lens, direct logit attribution, and the distribution through the chain. */
import type { KeptShare, Profile, Share, StepReport } from "@tsgpt/sampling";
import type { Attribution } from "../lens/direct-logit-attribution.ts";
import { bars, type Column, count, percent, type Stage, type StageInput, signed, type Table } from "./stage.ts";

/** Lines from which numbers have another digit, and tails are shown by ranges of ranks. */
const SPACIOUS = 40;

/** What each layer would predict. */
export function lensStage(input: StageInput): Stage {
  const { walkthrough, show, room } = input;
  const { position, lens } = walkthrough;
  const digits = room.lines < SPACIOUS ? 0 : 1;
  return {
    name: "lens",
    title: "What each layer would predict, were it the last",
    formula: ["p = softmax(lnF(x) . lmHead^T)    x: after the embedding, after each layer"],
    facts: [`Position ${position}; the target is ${targetOf(input)}.`],
    tables: [
      {
        caption: "the ten likeliest next tokens",
        columns: [
          { title: "x after", kind: "text" },
          { title: "target", kind: "number" },
          { title: "likeliest", kind: "list" },
        ],
        rows: lens.map(({ targetLogprob, top }, i) => [
          i === 0 ? "embedding" : `layer ${i - 1}`,
          percent(Math.exp(targetLogprob)),
          top.map(({ id, probability }) => `${show(id)} ${rounded(probability, digits)}`),
        ]),
        marked: lens.length - 1,
        notes: ["The last row is the model's own prediction."],
      },
    ],
  };
}

/** `41%` or `41.2%`; `<1%` or `<0.1%` for what would be rounded to 0. */
function rounded(probability: number, digits: number): string {
  const percentage = 100 * probability;
  const least = 10 ** -digits;
  return percentage < least / 2 ? `<${least}%` : `${percentage.toFixed(digits)}%`;
}

/** The target with its text, if it has one, and its id. */
function targetOf({ model: { tokenizer }, walkthrough: { target }, show }: StageInput): string {
  return tokenizer ? `token ${show(target)}, id ${target}` : `token ${target}`;
}

/** Which parts of the model make the target's logit. */
export function attributionStage(input: StageInput): Stage {
  const { walkthrough, room } = input;
  const { position, attribution } = walkthrough;
  const parts = partsOf(attribution).sort((a, b) => Math.abs(b.share) - Math.abs(a.share));
  const limit = Math.max(5, room.lines - 10);
  const [shown, rest] = [parts.slice(0, limit), parts.slice(limit)];
  const lengths = bars(shown.map(({ share }) => share));
  const others = rest.length > 0 ? [[`${rest.length} others`, signed(sumOf(rest)), undefined]] : [];
  return {
    name: "attribution",
    title: `Which parts make the logit of ${targetOf(input)}`,
    formula: [
      "logit = constant + sum over parts of part . d    d = (g - mean(g)) / sigma",
      "g = lnF.weight * lmHead[target]    constant = lnF.bias . lmHead[target]",
    ],
    facts: [
      "The mean and deviation (sigma) of the final layer norm are frozen.",
      `Position ${position}. ${byKind(attribution)}`,
    ],
    tables: [
      {
        caption: "the parts by size",
        columns: [
          { title: "part", kind: "text" },
          { title: "adds", kind: "number" },
          { title: "", kind: "bar" },
        ],
        rows: [
          ...shown.map(({ name, share }, i) => [name, signed(share), lengths[i]]),
          ...others,
          ["sum = logit", signed(attribution.logit), undefined],
        ],
        notes: [],
      },
    ],
  };
}

interface Part {
  readonly name: string;
  readonly share: number;
}

function partsOf({ constant, token, positionEmbedding, attentionBias, heads, mlps }: Attribution): Part[] {
  return [
    { name: "constant", share: constant },
    { name: "token embedding", share: token },
    { name: "position embedding", share: positionEmbedding },
    ...attentionBias.map((share, l) => ({ name: `layer ${l} attention bias`, share })),
    ...heads.flatMap((layer, l) => layer.map((share, h) => ({ name: `layer ${l} head ${h}`, share }))),
    ...mlps.map((share, l) => ({ name: `layer ${l} mlp`, share })),
  ];
}

const sumOf = (parts: readonly Part[]): number => parts.reduce((sum, { share }) => sum + share, 0);

/** The sums of heads and of MLPs, which a list by size hides. */
function byKind(attribution: Attribution): string {
  const total = (values: readonly number[]) => signed(values.reduce((sum, value) => sum + value, 0));
  return `All heads add ${total(attribution.heads.flat())}, all MLPs ${total(attribution.mlps)}.`;
}

/** The next token's distribution before the chain and after each of its steps. */
export function distributionStage({ walkthrough, chain, show, nameOf, room }: StageInput): Stage {
  const { logits, position } = walkthrough;
  const { initial, steps } = chain;
  const lines = Math.floor((room.lines - 4) / (steps.length + 1)) - 3;
  const limits = { named: Math.min(10, Math.max(3, lines - 1)), isTailWhole: room.lines >= SPACIOUS };
  const logit = ({ id }: Share) => logits[id]!.toFixed(3);
  const before = distributionTable(initial, "logit", logit, show, limits);
  return {
    name: "distribution",
    title: "What may come next, sorted, before and after each step of the chain",
    formula: ["p = softmax(logits that a step has kept or changed), so that p sums to 1 again"],
    facts: [`After position ${position}. Chain: ${steps.map(nameOf).join(", ") || "no steps"}.`],
    tables: [
      {
        ...before,
        caption: `before: ${count(initial.kept)} tokens, ${entropyOf(initial)}, 90% in ${count(initial.headSize)}`,
      },
      ...steps.map((step) => ({
        ...distributionTable(step, "before", given, show, limits),
        caption: `${nameOf(step)}: ${changeOf(step)}`,
      })),
    ],
  };
}

const given = (share: Share | KeptShare): string => ("given" in share ? percent(share.given) : "");

function changeOf(step: StepReport): string {
  const cut = step.before - step.kept;
  const lost = cut === 0 ? "cut none" : `cut ${count(cut)} (${percent(step.massRemoved)} of the mass)`;
  return `kept ${count(step.kept)}, ${lost}, ${entropyOf(step)}`;
}

const entropyOf = ({ entropyBits }: Profile): string => `entropy ${entropyBits.toFixed(2)} bits`;

interface Limits {
  /** Tokens listed one by one. */
  readonly named: number;
  /** Whether the others are shown by ranges of ranks, or as one. */
  readonly isTailWhole: boolean;
}

function distributionTable(
  { top, tail, kept }: Profile,
  title: string,
  cellOf: (share: Share | KeptShare) => string,
  show: StageInput["show"],
  { named, isTailWhole }: Limits,
): Table {
  const listed = top.slice(0, named).map((share, i) => ({
    cells: [`${i + 1}`, show(share.id), cellOf(share)],
    probability: share.probability,
  }));
  const others = isTailWhole && top.length <= named ? tail : foldedTail(top.slice(named), tail, kept);
  const ranges = others.map(({ from, to, probability }) => ({
    cells: [from === to ? `${from}` : `${from}-${to}`, `${count(to - from + 1)} tokens`, ""],
    probability,
  }));
  const all = [...listed, ...ranges];
  const lengths = bars(all.map(({ probability }) => probability));
  const columns: Column[] = [
    { title: "rank", kind: "number" },
    { title: "token", kind: "text" },
    { title, kind: "number" },
    { title: "probability", kind: "number" },
    { title: "", kind: "bar" },
  ];
  const rows = all.map(({ cells, probability }, i) => [...cells, percent(probability), lengths[i]]);
  return { caption: "", columns, rows, sumsFrom: listed.length, notes: [] };
}

/** Everything that is not listed, as one range. */
function foldedTail(unlisted: readonly Share[], tail: Profile["tail"], kept: number): Profile["tail"] {
  const first = (tail[0]?.from ?? kept + 1) - unlisted.length;
  if (first > kept) return [];
  return [
    { from: first, to: kept, probability: [...unlisted, ...tail].reduce((sum, part) => sum + part.probability, 0) },
  ];
}
