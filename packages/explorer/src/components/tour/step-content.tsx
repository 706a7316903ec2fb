/** A step's words, and its formula with the numbers of this text; each number opens. */
import type { OpenedNumber } from "@tsgpt/analysis";
import type { ComponentChildren } from "preact";
import { formatInteger, formatProbability } from "../../format.ts";
import { info } from "../../state/engine.ts";
import { columns } from "../../state/map.ts";
import { computedFrom, likeliest, tokens } from "../../state/text.ts";
import { drawn, guess, numbers, type TourPlace, type TourStep } from "../../state/tour.ts";
import { strings } from "../../strings.ts";
import { NumberButton } from "../number/number-button.tsx";
import { TokenText } from "../text/token-text.tsx";

export interface StepContentProps {
  readonly step: TourStep;
  readonly place: TourPlace;
}

export function StepContent({ step, place }: StepContentProps) {
  return (
    <>
      <p>{strings.tour.texts[step](factsOf(place))}</p>
      <div class="tour-formula">{CONTENTS[step](numbers.value ?? [], place)}</div>
    </>
  );
}

function factsOf({ position, source, layer, head, best }: TourPlace) {
  const text = (at: number) => tokens.value[at]?.text ?? "";
  return {
    count: tokens.value.length,
    vocabulary: formatInteger(info.value?.config.vocabSize ?? 0),
    layers: info.value?.config.nLayer ?? 0,
    token: text(position),
    id: tokens.value[position]?.id ?? 0,
    source: text(source),
    best: likeliest.value.find(({ id }) => id === best)?.text ?? "",
    place: strings.tour.place(layer, head),
    computedFrom: computedFrom.value,
  };
}

type Content = (opened: readonly OpenedNumber[], place: TourPlace) => ComponentChildren;

const number = (opened: OpenedNumber | undefined) => opened && <NumberButton {...opened.name} value={opened.value} />;

const sum: Content = ([a, b, c]) => (
  <>
    {number(a)} + {number(b)} = {number(c)}
  </>
);

const CONTENTS: Readonly<Record<TourStep, Content>> = {
  ids: () => tokens.value.map(({ id }) => id).join(" "),
  embedding: sum,
  norm: ([x, normalized]) => (
    <>
      ({number(x)} − mean) ÷ scale × weight + bias = {number(normalized)}
    </>
  ),
  score: ([score]) => <>q · k ÷ √D = {number(score)}</>,
  softmax: ([weight]) => <>e^score ÷ Σ e^scores = {number(weight)}</>,
  values: sum,
  mlp: sum,
  blocks: (_, { position }) =>
    columns.value[position]?.cells.map(({ text }, depth) => (
      <span key={depth}>
        {depth > 0 && " → "}
        <TokenText text={text} />
      </span>
    )),
  logit: ([logit]) => <>norm · wte = {number(logit)}</>,
  draw: () => <Guess />,
  append: () => <Reveal />,
};

function Guess() {
  return (
    <fieldset class="guess">
      <legend>{strings.tour.guess}</legend>
      {likeliest.value.map(({ id, text }) => (
        <label key={id}>
          <input type="radio" name="guess" checked={guess.value === id} onChange={() => (guess.value = id)} />{" "}
          <TokenText text={text} />
        </label>
      ))}
    </fieldset>
  );
}

function Reveal() {
  const token = drawn.value;
  if (!token) return null;
  return (
    <>
      <TokenText text={token.text} /> {formatProbability(Math.exp(token.logprob))}
      {guess.value !== undefined && ` ${strings.tour.verdict(guess.value === token.id)}`}
    </>
  );
}
