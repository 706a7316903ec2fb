/** The buttons and numbers that generation needs. */
import { model } from "../../state/engine.ts";
import {
  back,
  canGoBack,
  canStep,
  isRunning,
  maxTokensEntry,
  restart,
  run,
  seedEntry,
  step,
  stop,
} from "../../state/text.ts";
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
      <NumberField {...seedEntry} onChange={onSeed} />
      <NumberField {...maxTokensEntry} />
    </fieldset>
  );
}
