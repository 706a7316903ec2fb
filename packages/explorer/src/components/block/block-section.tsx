/** The selected block at the selected position: every activation in the order of the pass, and its heads. */
import { activations, attention } from "../../state/block.ts";
import { info } from "../../state/engine.ts";
import { chosenHead, chosenLayer, head, layer, position } from "../../state/selection.ts";
import { tokens } from "../../state/text.ts";
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
      {problem !== undefined && <p class="problem">{problem}</p>}
      <ThumbnailGrid />
      <AttentionMap />
      <Stages />
    </Section>
  );
}

/** What the head attends to most, besides the first token and the token itself. */
function sentence() {
  const map = attention.value.value;
  if (!map || map.size !== tokens.value.length) return undefined;
  const at = position.value;
  const row = map.values.subarray(at * map.size, at * map.size + Math.max(1, at));
  const source = row.indexOf(Math.max(...(at > 1 ? row.subarray(1) : row)));
  const text = (index: number) => tokens.value[index]?.text ?? "";
  return strings.block.sentence(layer.value, head.value, text(at), text(source), row[source] ?? 0);
}
