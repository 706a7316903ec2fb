/** The model changed by hand: a head set to zero, an activation put in from text B. Each change can be undone. */
import { keyOf } from "@tsgpt/gpt";
import { info } from "../../state/engine.ts";
import { addIntervention, effects, interventionError, interventions } from "../../state/interventions.ts";
import { head, layer, position } from "../../state/selection.ts";
import { textB } from "../../state/texts.ts";
import { strings } from "../../strings.ts";
import { ActionButton } from "../action-button.tsx";
import { Section } from "../section.tsx";
import { AnyPart } from "./any-part.tsx";
import { InterventionChips } from "./intervention-chips.tsx";
import "./interventions.css";

export function InterventionsSection() {
  const isReady = info.value !== undefined;
  const problem = interventionError.value ?? effects.error.value;
  const zero = () => addIntervention({ type: "zero", tensor: keyOf("z", layer.value), head: head.value });
  const patch = () => {
    const part = { tensor: keyOf("residPre", layer.value), position: position.value };
    return addIntervention({ type: "patch", ...part, from: textB.value });
  };
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
      {isReady && <AnyPart />}
      {problem !== undefined && <p class="problem">{problem}</p>}
      <InterventionChips />
    </Section>
  );
}
