/** A race with and without the cache: its controls, and what it shows. */
import {
  canRace,
  isRacing,
  laps,
  mostRaceTokens,
  race,
  raceEnd,
  raceError,
  raceLength,
  raceTokens,
  stopRace,
  wrongRaceTokens,
} from "../../state/cache.ts";
import { interventions } from "../../state/interventions.ts";
import { strings } from "../../strings.ts";
import { ActionButton } from "../action-button.tsx";
import { NumberField } from "../number-field.tsx";
import { Curves } from "./curves.tsx";
import { MultiplyAdds } from "./multiply-adds.tsx";
import { totalsOf } from "./totals.ts";
import { TotalsTable } from "./totals-table.tsx";

const words = strings.cache;

export function Race() {
  const isSame = laps.value.length > 0 && totalsOf(laps.value).same === laps.value.length;
  return (
    <>
      <h3 class="race">{words.raceHeading}</h3>
      <p>{words.raceHint}</p>
      {interventions.value.length > 0 && <p class="hint">{strings.interventions.notHere}</p>}
      <fieldset class="controls" aria-label={words.raceHeading}>
        <NumberField
          name={words.raceTokens}
          value={raceTokens}
          wrong={wrongRaceTokens}
          least={1}
          most={Math.max(1, mostRaceTokens.value)}
        />
        <ActionButton
          isAvailable={isRacing.value || canRace.value}
          action={isRacing.value ? stopRace : () => void race()}
        >
          {isRacing.value ? words.stopRace : words.race}
        </ActionButton>
      </fieldset>
      {mostRaceTokens.value <= 0 && <p class="hint">{words.noRoom}</p>}
      {isRacing.value && <p class="hint">{words.lap(laps.value.length, raceLength.value)}</p>}
      <p aria-live="polite">{result()}</p>
      {laps.value.length > 0 && <Curves />}
      {laps.value.length > 0 && <TotalsTable />}
      {isSame && raceEnd.value && <p>{words.explanation}</p>}
      <MultiplyAdds />
    </>
  );
}

/** Is announced: empty while the race goes on. */
function result(): string | undefined {
  if (raceError.value !== undefined) return raceError.value;
  return raceEnd.value && words.result(raceEnd.value, laps.value.length, totalsOf(laps.value));
}
