/** Two texts side by side: how probable each token is, and what the detectors' statistics say. */
import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";
import { interventions } from "../../state/interventions.ts";
import { isWatermarkTested, judgedA, judgedB, textA, textB, textOfA, typeTextB } from "../../state/texts.ts";
import { strings } from "../../strings.ts";
import { Section } from "../section.tsx";
import { Classes } from "./classes.tsx";
import { JudgedText } from "./judged-text.tsx";
import { Statistics } from "./statistics.tsx";
import "./texts.css";
import { WatermarkChoice } from "./watermark-choice.tsx";

export function TextsSection() {
  const [a, b] = [judgedA.value.value, judgedB.value.value];
  return (
    <Section name="texts" sentence={a && b ? strings.texts.sentence(a.totals, b.totals) : strings.texts.invitation}>
      <p>{strings.texts.explanation}</p>
      {interventions.value.length > 0 && <p class="hint">{strings.interventions.notHere}</p>}
      <Classes isMarked={isWatermarkTested.value} />
      <div class="two-texts">
        <OneText name={strings.texts.a} text={textOfA()} onText={(text) => (textA.value = text)} judged={judgedA}>
          {textA.value !== undefined && (
            <button type="button" onClick={() => (textA.value = undefined)}>
              {strings.texts.own}
            </button>
          )}
        </OneText>
        <OneText name={strings.texts.b} text={textB.value} onText={typeTextB} judged={judgedB} />
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
  readonly children?: ComponentChildren;
}

function OneText({ name, text, onText, judged: { value, error, progress }, children }: OneTextProps) {
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
      {children}
      {message !== undefined && (
        <p class="problem" id={problem}>
          {message}
        </p>
      )}
      {progress.value && <Reading name={name} {...progress.value} />}
      {value.value && <JudgedText name={name} judged={value.value} />}
    </div>
  );
}

function Reading({ name, done, total }: { readonly name: string; readonly done: number; readonly total: number }) {
  return (
    <label class="field">
      {strings.texts.reading(done, total)}
      <progress max={total} value={done} aria-label={strings.texts.progress(name)} />
    </label>
  );
}
