/** Other rules against repetition, on the loop: CTRL's penalty and where it fails, DRY, no-repeat-ngram, OpenAI's penalties. */
import { applyChain, type ChainSpec, presetChain } from "@tsgpt/sampling";
import { WIDE } from "./distribution.ts";
import { type Chapter, claim, type Lab, logitsAfter, write } from "./lab.ts";
import { LOOPING, loopAtEnd, probabilityOf } from "./loops.ts";
import { json, percent, quotation, spelled, table } from "./markdown.ts";

const RULES: Readonly<Record<string, ChainSpec>> = {
  ctrl: presetChain("greedy", { repetitionPenalty: 1.2 }),
  additive: [{ type: "additive-penalties", frequency: 0.5, presence: 0.5, scope: "generated" }, { type: "greedy" }],
  ngram: presetChain("greedy", { noRepeatNgram: 3 }),
  dry: presetChain("greedy", { dryMultiplier: 0.8 }),
};

export async function repetition(lab: Lab): Promise<Chapter> {
  const values: Record<string, string> = { ...constants(lab) };
  for (const [name, chain] of Object.entries(RULES)) {
    const { text, tokens } = await write(lab, LOOPING, chain, { maxTokens: 80 });
    claim(loopAtEnd(tokens.map(({ id }) => id)) === undefined, `${name} breaks the loop`);
    values[`repetition.${name}-chain`] = json(chain);
    values[`repetition.${name}`] = quotation(LOOPING, text);
  }
  return { values };
}

/** What CTRL's penalty and the lecture's do to one distribution whose logits are written down with another zero. */
function constants(lab: Lab) {
  const logits = logitsAfter(lab, WIDE);
  const [id] = lab.tokenizer.encode(" great") as [number];
  const history = [...lab.tokenizer.encode(WIDE), id];
  const chains: ChainSpec[] = [
    [],
    [{ type: "repetition-penalty", penalty: 1.2 }],
    [{ type: "lecture-penalties", frequency: 1.2, presence: 1 }],
  ];
  const constants = [-20, 0, 20];
  const shares = chains.map((chain) =>
    constants.map((constant) => {
      const row = Float64Array.from(logits, (z) => z + constant);
      return probabilityOf(applyChain(chain, row, { history }).candidates, id);
    }),
  );
  const [none, ctrl, lecture] = shares.map((row) => Math.max(...row) / Math.min(...row));
  claim(none! < 1.001 && ctrl! > 1.5, "adding a constant changes no probability, but what CTRL's penalty makes of it");
  claim(Math.abs(shares[2]![0]! / shares[2]![1]! - 1) < 1e-6, "a negative constant changes nothing for the lecture's");
  claim(lecture! > 1.001, "a positive constant changes what the lecture's penalty does, for then it does not shift");
  const rows = constants.map((constant, i) => [String(constant), ...shares.map((row) => percent(row[i]!))]);
  const head = ["added to every logit", "no penalty", "repetition penalty 1.2", "the lecture's frequency penalty 1.2"];
  return { "ctrl.table": table(head, rows, 0), "ctrl.token": spelled(" great") };
}
