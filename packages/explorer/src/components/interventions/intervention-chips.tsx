/** The changes in force, each with what it does to the likeliest tokens. */
import { formatProbability } from "../../format.ts";
import type { Effect } from "../../protocol/interventions.ts";
import { focusHeading } from "../../state/focus.ts";
import { effects, interventions, removeIntervention, setInterventions } from "../../state/interventions.ts";
import { strings } from "../../strings.ts";
import { TokenText } from "../text/token-text.tsx";

export function InterventionChips() {
  const list = interventions.value;
  const all = effects.value.value?.effects ?? [];
  return (
    <>
      <ul class="interventions" aria-label={strings.interventions.list}>
        {list.map((intervention, i) => (
          <li key={`${i} ${intervention.tensor}`} data-hook={intervention.tensor}>
            <strong>{strings.interventions.name(intervention)}</strong>{" "}
            <button
              type="button"
              onClick={({ currentTarget }) => {
                focusHeading(currentTarget);
                void removeIntervention(i);
              }}
            >
              {strings.interventions.undo}
            </button>
            {all.length === list.length && <Effects effects={all[i] ?? []} />}
          </li>
        ))}
      </ul>
      {list.length > 1 && (
        <button
          type="button"
          onClick={({ currentTarget }) => {
            focusHeading(currentTarget);
            void setInterventions([]);
          }}
        >
          {strings.interventions.undoAll}
        </button>
      )}
    </>
  );
}

/** A token in a line: its probability before and after, and an arrow. */
function Effects({ effects: list }: { readonly effects: readonly Effect[] }) {
  const words = strings.interventions;
  return (
    <table class="effects">
      <caption>{words.effects}</caption>
      <thead>
        <tr>
          {words.effectColumns.map((column) => (
            <th key={column} scope="col">
              {column}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {list.map(({ id, text, before, after }) => (
          <tr key={id} data-id={id}>
            <th scope="row">
              <TokenText text={text} />
            </th>
            <td>
              <data value={before}>{formatProbability(before)}</data>
            </td>
            <td>
              <span aria-hidden="true">{after > before ? "↑" : after < before ? "↓" : "="}</span>{" "}
              <data value={after}>{formatProbability(after)}</data>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
