/** One sentence for a first visitor, with this model's own number. */
import { model } from "../../state/engine.ts";
import { strings } from "../../strings.ts";

export function Explanation() {
  const state = model.value;
  return (
    <p class="explanation">{strings.explanation(state.phase === "ready" ? state.info.config.vocabSize : undefined)}</p>
  );
}
