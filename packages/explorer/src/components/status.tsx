/**
 * What the page runs on, how the last run ended, why no token can follow, and what went wrong. Progress is no live
 * region: it would chatter.
 */
import { model } from "../state/engine.ts";
import { interventions } from "../state/interventions.ts";
import { isolationProblem } from "../state/isolation.ts";
import { linkProblem } from "../state/share.ts";
import { ending, error, refusal } from "../state/text.ts";
import { strings } from "../strings.ts";

export function Status() {
  const state = model.value;
  const progress = state.phase === "loading" ? state.progress : undefined;
  return (
    <footer>
      {state.phase === "loading" && (
        <label class="field">
          {strings.loading(progress)}
          <progress max={progress?.total ?? 1} value={progress?.loaded} />
        </label>
      )}
      <p role="status" aria-atomic="false">
        {statusTexts().map((text, i) => (
          <span key={text}>{i === 0 ? text : ` ${text}`}</span>
        ))}
      </p>
      <p role="alert">
        {state.phase === "failed" ? state.message : (refusal.value ?? error.value ?? linkProblem.value)}
      </p>
    </footer>
  );
}

/** Sentences. One that is new is announced alone, so that the end of a run does not repeat what the page runs on. */
function statusTexts(): readonly string[] {
  if (model.value.phase !== "ready") return [];
  const { info } = model.value;
  const ended = ending.value === undefined ? [] : [ending.value];
  const { length } = interventions.value;
  const changed = length === 0 ? [] : [strings.interventions.inForce(length)];
  const problem = isolationProblem.value;
  const alone = problem === undefined || info.threads > 1 ? [] : [strings.notIsolated(problem)];
  return [strings.runsOn(info), ...info.notes.map(strings.note), ...alone, ...changed, ...ended];
}
