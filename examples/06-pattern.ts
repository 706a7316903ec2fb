/** Two sources of prediction, the weights and the context: "red, blue, red, blue" after 0 to 3 repeats, and which head. */
import { runBatch, runWithHooks, zeroAblate } from "@tsgpt/analysis";
import { loadModel } from "@tsgpt/gpt/node";
import { argmax, createEngine, softmax, Tensor } from "@tsgpt/tensor";

const engine = await createEngine();
const model = await loadModel("weights/fairytales", { engine }); // run it from the repository's root
const { tokenizer, config } = model;
if (!tokenizer) throw new Error("the bundled model has a tokenizer");

const idsAfter = (repeats: number) => tokenizer.encode(`${" red, blue,".repeat(repeats)} red,`);
const [blue = 0] = tokenizer.encode(" blue");
const last = (logits: Tensor) => softmax(logits.row((logits.shape[0] as number) - 1), engine); // [V]
const probability = (distribution: Tensor, id: number) => (distribution.data[id] as number).toFixed(4);

// What the weights alone prefer after " red,": the context then overrules it.
const own = argmax(last(runWithHooks(model, idsAfter(0), [])));
console.log(`repeats  " blue"  ${JSON.stringify(tokenizer.decode([own]))}`);
for (const repeats of [0, 1, 2, 3]) {
  const distribution = last(runWithHooks(model, idsAfter(repeats), []));
  console.log(`${repeats}        ${probability(distribution, blue)}   ${probability(distribution, own)}`);
}

// Every head set to 0 in turn, all of these runs as sequences of common passes.
const names = Array.from({ length: config.nLayer * config.nHead }, (_, i) => [
  Math.floor(i / config.nHead),
  i % config.nHead,
]);
const runs = names.map(([layer, head]) => ({
  ids: idsAfter(3),
  hooks: [zeroAblate(`blocks.${layer}.attn.hook_z`, { head })],
}));
const without: Tensor[] = [];
for await (const logits of runBatch(model, runs, { positions: "last" })) without.push(last(logits));
const worst = argmax(Tensor.from(without.map(({ data }) => -(data[blue] as number))));
console.log(`3, without head ${names[worst]?.join(".")}: ${probability(without[worst] as Tensor, blue)}`);
engine.dispose();
