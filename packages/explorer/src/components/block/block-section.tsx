/** The selected block at the selected position: every activation in the order of the pass, and its heads. */
import { activations, attended, attention } from "../../state/block.ts";
import { info } from "../../state/engine.ts";
import { lookedAt } from "../../state/looked-at.ts";
import { openSections } from "../../state/sections.ts";
import { chosenHead, chosenLayer, head, layer } from "../../state/selection.ts";
import { isRunning, tokens } from "../../state/text.ts";
import { strings } from "../../strings.ts";
import { Section } from "../section.tsx";
import { AttentionMap } from "./attention-map.tsx";
import "./block.css";
import { IndexField } from "./index-field.tsx";
import { Stages } from "./stages.tsx";
import { ThumbnailGrid } from "./thumbnail-grid.tsx";

export function BlockSection() {
  const config = info.value?.config;
  const problem = activations.error.value ?? attention.error.value;
  return (
    <Section name="block" sentence={sentence()}>
      <p>{strings.block.explanation}</p>
      {config && (
        <div class="block-choice">
          <IndexField name={strings.block.layer} value={layer.value} count={config.nLayer} chosen={chosenLayer} />
          <IndexField name={strings.block.head} value={head.value} count={config.nHead} chosen={chosenHead} />
        </div>
      )}
      {isRunning.value && <p class="hint">{strings.block.afterRun}</p>}
      {problem !== undefined && <p class="problem">{problem}</p>}
      <ThumbnailGrid />
      <AttentionMap />
      <Stages />
    </Section>
  );
}

/** What the head attends to most, besides the first token and the token itself. */
function sentence() {
  const found = patternRow();
  if (!found) return undefined;
  const { at, weights } = found;
  const source = lookedAt(weights, at);
  const text = (index: number) => tokens.value[index]?.text ?? "";
  return strings.block.sentence(layer.value, head.value, text(at), text(source), weights[source] ?? 0);
}

/** The head's weights at a position: while the section is open, from the activations. */
function patternRow(): { readonly at: number; readonly weights: Float32Array } | undefined {
  if (openSections.value.has("block")) {
    const row = activations.value.value?.rows.find(({ tensor }) => tensor.endsWith("hook_pattern"));
    return row && { at: row.index[1] ?? 0, weights: row.values };
  }
  const row = attended.value.value;
  return row && { at: row.position, weights: row.weights };
}
