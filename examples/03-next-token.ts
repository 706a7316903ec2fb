/** From a text to its next token: load the bundled model, one forward pass, the distribution, a choice. */
import { forward } from "@tsgpt/gpt";
import { loadModel } from "@tsgpt/gpt/node";
import { createSampler } from "@tsgpt/sampling";
import { softmax } from "@tsgpt/tensor";

const model = await loadModel("weights/fairytales"); // run it from the repository's root
const { tokenizer } = model;
if (!tokenizer) throw new Error("the bundled model has a tokenizer");

const prompt = "Once upon a time";
const ids = tokenizer.encode(prompt); // T ids
const logits = forward(model, ids, { positions: "last" }).row(0); // [V]
const distribution = softmax(logits, model.engine); // [V]

const ranked = Array.from(distribution.data, (probability, id) => ({ id, probability }));
ranked.sort((a, b) => b.probability - a.probability);
console.log(`After "${prompt}", most likely first:`);
for (const { id, probability } of ranked.slice(0, 5)) {
  console.log(`${probability.toFixed(4)}  ${JSON.stringify(tokenizer.decode([id]))}`);
}

const sample = createSampler(
  [
    { type: "temperature", temperature: 1 },
    { type: "top-p", p: 0.9 },
  ],
  { seed: 1 },
);
const chosen = sample(logits.data, { history: ids });
console.log(`Chosen with top-p 0.9 and seed 1: ${JSON.stringify(tokenizer.decode([chosen]))}`);
