/** The machine-readable output of explain, in pieces: the pattern of a long prompt has a million numbers. */
import type { StageInput } from "@tsgpt/analysis";
import { withText } from "../terminal/token-text.ts";

/** One object; probabilities are natural, log-probabilities in nats. */
export function* explainJson({ model, walkthrough }: Pick<StageInput, "model" | "walkthrough">): Generator<string> {
  const { ids, position, lens, attribution, attention } = walkthrough;
  const named = lens.map((entry) => withText(model.tokenizer, entry));
  yield JSON.stringify({ ids, position, lens: named, attribution }).slice(0, -1);
  const { layer, head, pattern } = attention;
  yield `,"attention":${JSON.stringify({ layer, head }).slice(0, -1)},"pattern":[`;
  for (let i = 0; i < ids.length; i++) yield `${i > 0 ? "," : ""}${JSON.stringify(Array.from(pattern.row(i).data))}`;
  yield "]}}\n";
}
