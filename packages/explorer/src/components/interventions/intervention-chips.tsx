/** The changes in force, each with what it did to the five likeliest tokens. */
import { formatProbability } from "../../format.ts";
import type { LikelyToken } from "../../protocol/text.ts";
import { focusHeading } from "../../state/focus.ts";
import { effects, interventions, removeIntervention } from "../../state/interventions.ts";
import { strings } from "../../strings.ts";
import { TokenText } from "../text/token-text.tsx";

export function InterventionChips() {
  return (
    <ul class="interventions" aria-label={strings.interventions.list}>
      {interventions.value.map((intervention, i) => (
        <li key={`${i} ${intervention.tensor}`}>
          <strong>{strings.interventions.name(intervention)}</strong>
          <Effect before={effects.value[i] ?? []} after={effects.value[i + 1] ?? []} />
          <button
            type="button"
            onClick={({ currentTarget }) => {
              focusHeading(currentTarget);
              void removeIntervention(i);
            }}
          >
            {strings.interventions.undo}
          </button>
        </li>
      ))}
    </ul>
  );
}

interface EffectProps {
  readonly before: readonly LikelyToken[];
  readonly after: readonly LikelyToken[];
}

function Effect({ before, after }: EffectProps) {
  return (
    <dl>
      <dt>{strings.interventions.before}</dt>
      <dd>{before.map(oneToken)}</dd>
      <dt>{strings.interventions.after}</dt>
      <dd>{after.map(oneToken)}</dd>
    </dl>
  );
}

const oneToken = ({ id, text, probability }: LikelyToken) => (
  <span key={id} class="effect" data-id={id}>
    <TokenText text={text} /> <span class="probability">{formatProbability(probability)}</span>{" "}
  </span>
);
