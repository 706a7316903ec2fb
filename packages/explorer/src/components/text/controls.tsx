/** The buttons and numbers that generation needs. */
import { model } from "../../state/engine.ts";
import { back, canGoBack, canStep, isRunning, maxTokens, restart, run, seed, step, stop } from "../../state/text.ts";
import { strings } from "../../strings.ts";
import { ActionButton } from "../action-button.tsx";
import { NumberField } from "../number-field.tsx";

export function Controls() {
  const onSeed = () => {
    if (model.value.phase === "ready") void restart();
  };
  return (
    <fieldset class="controls" aria-label={strings.controls}>
      <ActionButton isAvailable={canStep.value} action={() => void step()}>
        {strings.next}
      </ActionButton>
      <ActionButton isAvailable={canStep.value} action={() => void run()}>
        {strings.run}
      </ActionButton>
      <ActionButton isAvailable={isRunning.value} action={stop}>
        {strings.stop}
      </ActionButton>
      <ActionButton isAvailable={canGoBack.value} action={() => void back()}>
        {strings.back}
      </ActionButton>
      <NumberField name={strings.seed} value={seed} least={0} most={Number.MAX_SAFE_INTEGER} onChange={onSeed} />
      <NumberField name={strings.maxTokens} value={maxTokens} least={1} most={1_000_000} />
    </fieldset>
  );
}
