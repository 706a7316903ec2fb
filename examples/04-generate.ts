/** A whole text, by the library of the command `tsgpt`: forward passes, a cache, and a sampling chain with its defaults. */
import { generate, loadModel } from "tsgpt";

const model = await loadModel(); // the bundled model; or a folder, or a name such as "gpt2"
const prompt = "Once upon a time";

const pieces: string[] = [];
for await (const { text } of generate(model, prompt, { seed: 1, maxTokens: 20 })) pieces.push(text);
console.log(`Token by token: ${prompt}${pieces.join("|")}`);

const { text, ids, finishReason } = await generate(model, prompt, { seed: 1, maxTokens: 20 });
console.log(`The same seed gives the same text: ${prompt}${text}`);
console.log(`${ids.length} tokens, ended by ${finishReason}.`);
model.engine.dispose();
