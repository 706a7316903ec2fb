/**
 * Induction heads, found by a score: on random tokens that repeat, how much does a head attend to the token after the
 * earlier occurrence of the current one? Olsson et al. 2022 (arXiv 2209.11895).
 */
import { inductionScore, previousTokenScore, repeatedTokens } from "@tsgpt/analysis";
import { loadModel } from "@tsgpt/gpt/node";
import { createEngine } from "@tsgpt/tensor";

const ENOUGH = 0.5; // the head spends half of its attention on it
const engine = await createEngine();

/** Score and name of each head, the highest first: "5.0" is head 0 of layer 5. */
const ranked = (scores: readonly (readonly number[])[]) =>
  scores
    .flatMap((ofLayer, layer) => ofLayer.map((score, head) => ({ head: `${layer}.${head}`, score })))
    .sort((a, b) => b.score - a.score);

for (const folder of ["weights/fairytales", "packages/gpt/test/fixtures/induction"]) {
  const model = await loadModel(folder, { engine }); // run it from the repository's root
  const texts = repeatedTokens(model, { length: 15, count: 4, seed: 1 }); // 4 lists of 30 ids and the begin token
  const [best, ...others] = ranked(await inductionScore(model, texts));
  const [previous] = ranked(await previousTokenScore(model, texts));
  if (!best || !previous) throw new Error("a model has heads");

  console.log(`${folder}: ${others.length + 1} heads`);
  console.log(`  highest induction score: head ${best.head}, ${best.score.toFixed(3)}`);
  console.log(`  highest previous-token score: head ${previous.head}, ${previous.score.toFixed(3)}`);
  const found = [best, ...others].filter(({ score }) => score >= ENOUGH).map(({ head }) => head);
  console.log(
    found.length > 0 ? `  induction heads: ${found.join(", ")}` : `  no induction head: none reaches ${ENOUGH}`,
  );
}
engine.dispose();
