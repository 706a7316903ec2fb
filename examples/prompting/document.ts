/** docs/prompting.md: runs the chapters on the bundled model and fills their results into the template. */
import { renderTemplate } from "@tsgpt/analysis";
import { generateBatch, type Model } from "@tsgpt/gpt";
import { loadModel } from "@tsgpt/gpt/node";
import { type ChainSpec, createSampler } from "@tsgpt/sampling";
import { createSimdEngine } from "@tsgpt/tensor";
import { fill, quotation, table } from "../sampling/markdown.ts";
import { choicesOf, type Item, type Right, readItems, readTask, rightOf, shareOf, shown, type Task } from "./tasks.ts";

type Values = Readonly<Record<string, string>>;

/** The model and the folder examples/. */
export interface Lab {
  readonly model: Model;
  readonly examples: string;
}

/** The two tasks that are measured. */
export const MEASURED = ["pronoun", "question"] as const;

/** What was tried: the templates of the two measured tasks, other templates for them, and other tasks. */
const TRIED: readonly { readonly task: string; readonly name: string; readonly body?: string }[] = [
  { task: "pronoun", name: "his or her" },
  { task: "pronoun", name: "his or her, after four examples", body: fourExamples() },
  { task: "question", name: "question or statement, after four examples" },
  { task: "question", name: "question or statement", body: '"{{input}}' },
  { task: "number", name: "was or were", body: "{{input}}" },
  { task: "character", name: "good or wicked", body: "The {{input}} was very" },
  { task: "place", name: "sea or forest", body: "{{input}} was far away, in the" },
];

function fourExamples(): string {
  return "The king lost his crown. The queen found her shoes. The boy washed his face. The girl combed her hair. {{input}}";
}

const CHAINS: readonly { readonly name: string; readonly chain: ChainSpec; readonly seeds: number }[] = [
  { name: "greedy", chain: [{ type: "greedy" }], seeds: 1 },
  { name: "temperature 0.5", chain: [{ type: "temperature", temperature: 0.5 }], seeds: 20 },
  { name: "temperature 1", chain: [], seeds: 20 },
];

const QUESTIONS = '"Who are you? Where do you come from? What do you want?';
const STATEMENTS = '"I am a king. I come from the sea. I want a wife.';
const CONTINUATIONS = 100;

const chapters: readonly ((lab: Lab) => Promise<Values>)[] = [tried, measured, normalizations, draws, questions];

/** The document. @throws Error if a number contradicts the template */
export async function promptingDocument(modelFolder: string, examples: string, template: string): Promise<string> {
  const { lab, close } = await openLab(modelFolder, examples);
  const values: Record<string, string> = { input: "{{input}}" }; // the placeholder of prompt templates
  for (const make of chapters) Object.assign(values, await make(lab));
  close();
  return fill(template, values);
}

export async function openLab(modelFolder: string, examples: string): Promise<{ lab: Lab; close: () => void }> {
  const engine = createSimdEngine();
  return { lab: { model: await loadModel(modelFolder, { engine }), examples }, close: () => engine.dispose() };
}

async function tried({ model, examples }: Lab): Promise<Values> {
  const rows: string[][] = [];
  for (const { task, name, body } of TRIED) {
    const items = await readItems(`${examples}/prompting/trial.jsonl`, task);
    const text = body ?? (await readTask(`${examples}/prompts`, task)).body;
    rows.push(rowOf(name, { body: text, items }, await rightOf(model, { body: text, items })));
  }
  return { "tried.table": tableOf("task", rows) };
}

const tableOf = (what: string, rows: readonly string[][]) =>
  table([what, "choices", "items", "none", "length", "prior"], rows, 2);

/** Name, choices, number of items, and the share of right ones by normalization. */
function rowOf(name: string, task: Task, { none, length, prior }: Right): string[] {
  const total = task.items.length;
  const choices = choicesOf(task).map((choice) => `\`${choice}\``);
  return [
    name,
    choices.join(", "),
    String(total),
    ...[none, length, prior].map((count) => shown(shareOf(count, total))),
  ];
}

/** One row of the table of the measured tasks. */
export async function measuredRow({ model, examples }: Lab, name: (typeof MEASURED)[number]): Promise<string[]> {
  const task = await readTask(`${examples}/prompts`, name);
  const right = await rightOf(model, task);
  claim(shareOf(right.none, task.items.length).low > 0.5, `the ${name} task is above chance`);
  return rowOf(`[${name}.txt](../examples/prompts/${name}.txt)`, task, right);
}

async function measured(lab: Lab): Promise<Values> {
  const rows: string[][] = [];
  for (const name of MEASURED) rows.push(await measuredRow(lab, name));
  return { "measured.table": tableOf("template", rows) };
}

/** The pronouns again: with choices of unequal length, and with examples that end in one of the choices. */
async function normalizations({ model, examples }: Lab): Promise<Values> {
  const { body, items } = await readTask(`${examples}/prompts`, "pronoun");
  const unequal = { body, items: items.map(({ input, label }) => ({ input, label: label.replace("her", "her own") })) };
  const biased = { body: fourExamples(), items };
  const [own, last] = [await rightOf(model, unequal), await rightOf(model, biased)];
  claim(
    own.none < own.length && own.length < own.prior,
    "the mean corrects a part of the longer choice's bias, prior more",
  );
  claim(last.prior <= last.none, "prior does not correct the repetition of the last answer");
  const rows = [
    rowOf("choices of unequal length", unequal, own),
    rowOf("four examples, of which the last says her", biased, last),
  ];
  return { "normalizations.table": tableOf("pronoun.txt with", rows) };
}

/** How often the next token, drawn by each chain, is the right pronoun. */
async function draws({ model, examples }: Lab): Promise<Values> {
  const { items } = await readTask(`${examples}/prompts`, "pronoun");
  const rows: string[][] = [];
  const shares: number[] = [];
  for (const { name, chain, seeds } of CHAINS) {
    const right = await rightDraws(model, items, { chain, seeds });
    shares.push(right / (seeds * items.length));
    rows.push([name, String(seeds * items.length), `${(100 * (shares.at(-1) as number)).toFixed(1)}%`]);
  }
  claim(
    shares.every((share, i) => i === 0 || share < shares[i - 1]!),
    "less random draws are right more often",
  );
  return { "draws.table": table(["chain", "draws", "right"], rows) };
}

interface Draws {
  readonly chain: ChainSpec;
  readonly seeds: number;
}

async function rightDraws(model: Model, items: readonly Item[], { chain, seeds }: Draws): Promise<number> {
  const prompts = items.map(({ input }) => renderTemplate(fourExamples(), input));
  let right = 0;
  for (let seed = 0; seed < seeds; seed++) {
    const sampleFor = (i: number) => createSampler(chain, { seed: seed * items.length + i });
    for await (const { sequence, token } of generateBatch(model, prompts, { sampleFor, maxTokens: 1 })) {
      if (token.text === items[sequence]!.label) right++;
    }
  }
  return right;
}

/** Whether the next sentence is a question, after questions and after statements. */
async function questions({ model }: Lab): Promise<Values> {
  const [after, other] = [await askedAfter(model, QUESTIONS), await askedAfter(model, STATEMENTS)];
  claim(after.length > 1.5 * other.length, "questions are continued by questions more often than statements are");
  return {
    "questions.prompt": `\`${QUESTIONS}\``,
    "questions.text": quotation(QUESTIONS, after[0]!),
    "questions.count": String(after.length),
    "questions.total": String(CONTINUATIONS),
    "statements.prompt": `\`${STATEMENTS}\``,
    "statements.count": String(other.length),
  };
}

/** The continuations whose first sentence ends in a question mark. */
async function askedAfter(model: Model, prompt: string): Promise<string[]> {
  const texts: string[] = new Array(CONTINUATIONS).fill("");
  const sampleFor = (seed: number) => createSampler([{ type: "top-p", p: 0.8 }], { seed });
  const prompts = texts.map(() => prompt);
  for await (const { sequence, token } of generateBatch(model, prompts, { sampleFor, maxTokens: 30 })) {
    texts[sequence] += token.text;
  }
  return texts.filter((text) => /^[^.!?]*\?/.test(text));
}

/** Checks a statement of the template against the numbers. @throws Error if it no longer holds */
function claim(holds: boolean, said: string): void {
  if (!holds) throw new Error(`docs/prompting.md says that ${said}, which no longer holds; update template.md`);
}
