/** Whether both texts are tested for a watermark, with which key, and a text that has one. */
import { info } from "../../state/engine.ts";
import { maxTokens, tokens } from "../../state/text.ts";
import { isWatermarkTested, watermarkKeyEntry, writeMarked, writingError, written } from "../../state/texts.ts";
import { strings } from "../../strings.ts";
import { ActionButton } from "../action-button.tsx";
import { NumberField } from "../number-field.tsx";

export function WatermarkChoice() {
  const isKey = watermarkKeyEntry.problem.value === undefined;
  const isReady = info.value !== undefined && tokens.value.length > 0 && written.value === undefined && isKey;
  return (
    <div class="watermark-choice">
      <label>
        <input
          type="checkbox"
          checked={isWatermarkTested.value}
          onChange={({ currentTarget }) => (isWatermarkTested.value = currentTarget.checked)}
        />{" "}
        {strings.texts.watermark}
      </label>
      {isWatermarkTested.value && (
        <>
          <NumberField {...watermarkKeyEntry} />
          <ActionButton isAvailable={isReady} action={() => void writeMarked()}>
            {strings.texts.write}
          </ActionButton>
          <p class="hint">
            {written.value === undefined
              ? strings.texts.writeHint
              : strings.texts.writing(written.value, maxTokens.value)}
          </p>
        </>
      )}
      {writingError.value !== undefined && <p class="problem">{writingError.value}</p>}
    </div>
  );
}
