/** Training from nothing: a model with two layers learns the letters of a nursery rhyme in seconds, then recites it. */
import { generate, presetConfig, randomModel } from "@tsgpt/gpt";
import { createGenerator, nextUniform } from "@tsgpt/numeric";
import { argmax, createEngine, Tensor } from "@tsgpt/tensor";
import { createAdamW, createLearner } from "@tsgpt/train";

const RHYME = `Jack and Jill went up the hill
To fetch a pail of water.
Jack fell down and broke his crown
And Jill came tumbling after.
`; // Mother Goose

// A token is a letter; its id is its place in the alphabet.
const alphabet = [...new Set(RHYME)].sort();
const ids = Array.from(RHYME, (letter) => alphabet.indexOf(letter));

const LENGTH = 16; // letters that the model sees at once
const shape = { vocabSize: alphabet.length, nPositions: LENGTH, nEmbd: 24, nHead: 2, nLayer: 2, nInner: 96 };
const config = { ...presetConfig("gpt2"), ...shape, bosTokenId: undefined, eosTokenId: undefined };
const engine = await createEngine({ threads: 1 });
const learner = createLearner(await randomModel("rhyme", config, engine, 1));
const optimizer = createAdamW(learner.parameters);
console.log(`${learner.parameters.reduce((sum, { value }) => sum + value.data.length, 0)} parameters`);

const [STEPS, BATCH, PEAK, WARMUP] = [200, 4, 0.01, 10];
const generator = createGenerator(1);
const excerpt = () => {
  const start = Math.floor(nextUniform(generator) * (ids.length - LENGTH));
  return ids.slice(start, start + LENGTH + 1); // LENGTH letters, each followed by the one to predict
};
for (let step = 1; step <= STEPS; step++) {
  learner.clearGradients();
  const loss = learner.accumulate(Array.from({ length: BATCH }, excerpt)); // and its gradient by each parameter
  const learningRate = PEAK * Math.min(1, step / WARMUP, 2 * (1 - step / (STEPS + 1)));
  optimizer.update(step, learningRate); // each parameter against its gradient
  learner.changed();
  if (step === 1 || step % 20 === 0) console.log(`step ${step}: loss ${loss.toFixed(2)} nats a letter`);
}

// The most probable letter each time, up to the end of the context.
const sample = (logits: Float32Array) => argmax(Tensor.from([...logits]));
for (const start of ["Jack fell", "Jill c"]) {
  let text = start;
  const prompt = Array.from(start, (letter) => alphabet.indexOf(letter));
  for await (const { id } of generate(learner.model, prompt, { sample })) text += alphabet[id];
  console.log(JSON.stringify(text));
}
engine.dispose();
