/** A step's words, its formula, and the formula's numbers in this text; each number opens. */
import type { NumberName, OpenedNumber } from "@tsgpt/analysis";
import type { ComponentChildren } from "preact";
import { formatInteger } from "../../format.ts";
import { info } from "../../state/engine.ts";
import { columns } from "../../state/map.ts";
import { computedFrom, tokens } from "../../state/text.ts";
import { drawn, numbers } from "../../state/tour.ts";
import type { TourPlace, TourStep } from "../../state/tour-steps.ts";
import { strings } from "../../strings.ts";
import { NumberButton } from "../number/number-button.tsx";
import { TokenText } from "../text/token-text.tsx";
import { ChainFacts, Guess, Reveal } from "./guess.tsx";
import { StepFormula } from "./step-formula.tsx";

export interface StepContentProps {
  readonly step: TourStep;
  readonly place: TourPlace;
}

export function StepContent({ step, place }: StepContentProps) {
  return (
    <>
      <p>{strings.tour.texts[step](factsOf(place))}</p>
      <StepFormula step={step} />
      <div class="tour-numbers">{CONTENTS[step](numbers.value ?? [], place)}</div>
    </>
  );
}

const textAt = (position: number) => tokens.value[position]?.text ?? "";

function factsOf({ position, source, layer, head, choices }: TourPlace) {
  const { vocabSize = 0, nLayer = 0, nEmbd = 0 } = info.value?.config ?? {};
  return {
    count: position + 1,
    vocabulary: formatInteger(vocabSize),
    layers: nLayer,
    channels: nEmbd,
    token: textAt(position),
    id: tokens.value[position]?.id ?? 0,
    source: textAt(source),
    isAlone: source === position,
    best: choices[0]?.text ?? "",
    place: strings.tour.place(layer, head),
    computedFrom: computedFrom.value,
    isDrawn: drawn.value !== undefined,
  };
}

type Content = (opened: readonly OpenedNumber[], place: TourPlace) => ComponentChildren;

const number = (opened: OpenedNumber | undefined) => opened && <NumberButton {...opened.name} value={opened.value} />;

const sum = ([a, b, c]: readonly OpenedNumber[]) => (
  <>
    {number(a)} + {number(b)} = {number(c)}
  </>
);

/** A number that an operand of an opened one has as a factor. */
function factor(opened: OpenedNumber | undefined, operand: number, at: number) {
  const { value, from } = opened?.operands.at(operand)?.factors.at(at) ?? {};
  return value !== undefined && from !== undefined && <NumberButton {...(from as NumberName)} value={value} />;
}

/** The ids of a long text are left out but for the last. */
const IDS = 8;

const CONTENTS: Readonly<Record<TourStep, Content>> = {
  ids: (_, { position }) => {
    const first = Math.max(0, position + 1 - IDS);
    const shown = tokens.value.slice(first, position + 1).map(({ text, id }, i) => (
      <span key={i} class="tour-pair">
        <TokenText text={text} /> {id}
      </span>
    ));
    return (
      <>
        {first > 0 && "… "}
        {shown}
      </>
    );
  },
  embedding: sum,
  norm: ([x, mean, scale, normalized]) => (
    <>
      ({number(x)} − {number(mean)}) ÷ {number(scale)} × {factor(normalized, 0, 2)} + {factor(normalized, 2, 0)} ={" "}
      {number(normalized)}
    </>
  ),
  score: ([score]) => (
    <>
      ({factor(score, 0, 0)} × {factor(score, 0, 1)} + …) × {scaleOf(score)} = {number(score)}
    </>
  ),
  softmax: (weights, { position }) => {
    const others = position + 1 - weights.length;
    return (
      <>
        {weights.map((weight) => (
          <span key={weight.name.index.join()} class="tour-pair">
            <TokenText text={textAt(weight.name.index[2] ?? 0)} /> {number(weight)}
          </span>
        ))}
        {weights.length > 0 && others > 0 && strings.tour.others(others)}
      </>
    );
  },
  values: ([z, ...stream]) => (
    <>
      {strings.tour.headOutput} {number(z)}; {sum(stream)}
    </>
  ),
  mlp: sum,
  blocks: (_, { position }) =>
    columns.value[position]?.cells.map(({ text }, depth) => (
      <span key={depth}>
        {depth > 0 && " → "}
        <TokenText text={text} />
      </span>
    )) ?? strings.tour.computing,
  logit: ([logit]) => (
    <>
      {factor(logit, 0, 0)} × {factor(logit, 0, 1)} + … = {number(logit)}
    </>
  ),
  draw: (_, { choices }) => (
    <>
      <ChainFacts />
      {drawn.value ? <Reveal choices={choices} isAppended={false} /> : <Guess choices={choices} />}
    </>
  ),
  append: (_, { choices }) => <Reveal choices={choices} isAppended />,
};

/** The constant that the products of queries and keys are scaled by. */
function scaleOf(score: OpenedNumber | undefined): string {
  return score?.operands[0]?.factors[2]?.value.toPrecision(4) ?? "";
}
