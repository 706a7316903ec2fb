/** Two texts side by side: how probable each token is, and what the detectors' statistics say. */
import { useId } from "preact/hooks";
import {
  isWatermarkTested,
  judgedA,
  judgedB,
  setText,
  textA,
  textB,
  textOfA,
  watermarkKey,
} from "../../state/texts.ts";
import { strings } from "../../strings.ts";
import { NumberField } from "../number-field.tsx";
import { Section } from "../section.tsx";
import { Classes } from "./classes.tsx";
import { JudgedText } from "./judged-text.tsx";
import { Statistics } from "./statistics.tsx";
import "./texts.css";

export function TextsSection() {
  const [a, b] = [judgedA.value.value, judgedB.value.value];
  return (
    <Section name="texts" sentence={a && b ? strings.texts.sentence(a.totals, b.totals) : strings.texts.invitation}>
      <p>{strings.texts.explanation}</p>
      <Classes />
      <div class="two-texts">
        <OneText name={strings.texts.a} text={textOfA()} onText={(text) => setText(textA, text)} judged={judgedA} />
        <OneText name={strings.texts.b} text={textB.value} onText={(text) => setText(textB, text)} judged={judgedB} />
      </div>
      <WatermarkChoice />
      {a && b && <Statistics a={a} b={b} />}
    </Section>
  );
}

interface OneTextProps {
  readonly name: string;
  readonly text: string;
  readonly onText: (text: string) => void;
  readonly judged: typeof judgedA;
}

function OneText({ name, text, onText, judged: { value, error } }: OneTextProps) {
  const problem = useId();
  const message = error.value;
  return (
    <div>
      <label class="field">
        {name}
        <textarea
          dir="auto"
          rows={4}
          value={text}
          aria-describedby={message === undefined ? undefined : problem}
          onInput={({ currentTarget }) => onText(currentTarget.value)}
        />
      </label>
      {message !== undefined && (
        <p class="problem" id={problem}>
          {message}
        </p>
      )}
      {value.value && <JudgedText name={name} judged={value.value} />}
    </div>
  );
}

function WatermarkChoice() {
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
        <NumberField name={strings.texts.key} value={watermarkKey} least={0} most={Number.MAX_SAFE_INTEGER} />
      )}
    </div>
  );
}
