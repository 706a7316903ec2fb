/** The loss at each position of one sentence: the cross-entropy against the token that came. */
import { crossEntropy, forward } from "@tsgpt/gpt";
import { argmax, softmax, type Tensor } from "@tsgpt/tensor";
import { spelled, table } from "../sampling/markdown.ts";
import { type Chapter, claim, type Lab } from "./lab.ts";

const SENTENCE = "Once upon a time there was a king who had three umbrellas.";

export function sentence({ bundled: { model, tokenizer } }: Lab): Chapter {
  const ids = [model.config.bosTokenId as number, ...tokenizer.encode(SENTENCE)];
  const { perPosition, mean } = crossEntropy(model, ids);
  const distributions = softmax(forward(model, ids), model.engine); // [T, V]
  const piece = (id: number) => spelled(tokenizer.decode([id]));
  const rows = perPosition.map((loss, i) => {
    const distribution = distributions.row(i);
    const best = argmax(distribution);
    const guess = `${piece(best)}, ${share(distribution.data[best] as number)}`;
    return [piece(ids[i + 1] as number), guess, share(Math.exp(-loss)), loss.toFixed(2)];
  });
  const [least, most] = [Math.min(...perPosition), Math.max(...perPosition)];
  const at = (loss: number) => piece(ids[perPosition.indexOf(loss) + 1] as number);
  claim(least < 0.1 && most > 6, "one token is nearly certain and one is a surprise");
  claim(
    perPosition.every((loss, i) => agrees(loss, distributions.row(i), ids[i + 1] as number)),
    "the loss is -ln p",
  );
  return {
    values: {
      "sentence.table": table(["the token that came", "most probable token, and its p", "p", "loss, nats"], rows, 2),
      "sentence.mean": mean.toFixed(2),
      "sentence.perplexity": Math.exp(mean).toFixed(1),
      "sentence.uniform": Math.log(model.config.vocabSize).toFixed(2),
      "sentence.vocabulary": model.config.vocabSize.toLocaleString("en-US"),
      "sentence.least": at(least),
      "sentence.most": at(most),
      "sentence.most-loss": most.toFixed(2),
    },
  };
}

const share = (p: number): string => String(Number(p.toPrecision(2)));

const agrees = (loss: number, { data }: Tensor, id: number) => Math.abs(loss + Math.log(data[id] as number)) < 1e-3;
