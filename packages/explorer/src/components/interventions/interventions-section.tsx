/** The model changed by hand: a head set to zero, an activation put in from text B. Each change can be undone. */
import { keyOf } from "@tsgpt/gpt";
import { info } from "../../state/engine.ts";
import { addIntervention, interventionError, interventions } from "../../state/interventions.ts";
import { head, layer, position } from "../../state/selection.ts";
import { textB } from "../../state/texts.ts";
import { strings } from "../../strings.ts";
import { ActionButton } from "../action-button.tsx";
import { Section } from "../section.tsx";
import { InterventionChips } from "./intervention-chips.tsx";
import "./interventions.css";

export function InterventionsSection() {
  const isReady = info.value !== undefined;
  const zero = () => addIntervention({ type: "zero", tensor: keyOf("z", layer.value), head: head.value });
  const patch = () =>
    addIntervention({ type: "patch", tensor: keyOf("residPre", layer.value), position: position.value });
  return (
    <Section name="interventions" sentence={strings.interventions.sentence(interventions.value.length)}>
      <p>{strings.interventions.explanation}</p>
      <div class="intervention-buttons">
        <ActionButton isAvailable={isReady} action={() => void zero()}>
          {strings.interventions.zero(layer.value, head.value)}
        </ActionButton>
        <ActionButton isAvailable={isReady} action={() => void patch()}>
          {strings.interventions.patch(layer.value, position.value)}
        </ActionButton>
      </div>
      <p class="hint">{strings.interventions.source(textB.value)}</p>
      {interventionError.value !== undefined && <p class="problem">{interventionError.value}</p>}
      <InterventionChips />
    </Section>
  );
}
