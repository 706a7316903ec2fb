/** Any part of an activation, chosen by its name, layer, head and position, set to zero or taken from text B. */
import { useSignal } from "@preact/signals";
import { type ActivationName, keyOf } from "@tsgpt/gpt";
import { info } from "../../state/engine.ts";
import { addIntervention } from "../../state/interventions.ts";
import { tokens } from "../../state/text.ts";
import { textB } from "../../state/texts.ts";
import { strings } from "../../strings.ts";
import { ActionButton } from "../action-button.tsx";
import { markedText } from "../map/marked-text.ts";

/** In the order of the pass. Final norm and logits are left out: what they give is what the page shows. */
const NAMES = [
  "embed",
  "posEmbed",
  "residPre",
  "ln1",
  "q",
  "k",
  "v",
  "scores",
  "pattern",
  "z",
  "attnOut",
  "residMid",
  "ln2",
  "mlpPre",
  "mlpPost",
  "mlpOut",
  "residPost",
] as const satisfies readonly ActivationName[];
const WITHOUT_LAYER: readonly ActivationName[] = ["embed", "posEmbed"];
const WITH_HEADS: readonly ActivationName[] = ["q", "k", "v", "scores", "pattern", "z"];
const ALL = "";

export function AnyPart() {
  const name = useSignal<(typeof NAMES)[number]>("attnOut");
  const layer = useSignal("0");
  const head = useSignal<string>(ALL);
  const position = useSignal<string>(ALL);
  const words = strings.interventions;
  const { nLayer = 0, nHead = 0 } = info.value?.config ?? {};
  const hasLayer = !WITHOUT_LAYER.includes(name.value);
  const hasHeads = WITH_HEADS.includes(name.value);
  const texts = tokens.value.map(({ text }, i): Choice => [String(i), `${i} ${markedText(text)}`]);
  const at = texts.some(([value]) => value === position.value) ? position.value : ALL;
  const part = {
    tensor: keyOf(name.value, hasLayer ? Number(layer.value) : 0),
    ...(hasHeads && head.value !== ALL && { head: Number(head.value) }),
  };
  const place = at === ALL ? undefined : Number(at);
  const zero = () => addIntervention({ type: "zero", ...part, ...(place !== undefined && { position: place }) });
  const patch = () =>
    place !== undefined && addIntervention({ type: "patch", ...part, position: place, from: textB.value });
  return (
    <fieldset class="any-part">
      <legend>{words.anyPart}</legend>
      <Select name={words.activation} value={name} choices={NAMES.map((one) => [one, words.activationName(one)])} />
      {hasLayer && <Select name={strings.block.layer} value={layer} choices={numbered(nLayer)} />}
      {hasHeads && (
        <Select name={strings.block.head} value={head} choices={[[ALL, words.allHeads], ...numbered(nHead)]} />
      )}
      <Select name={words.position} value={position} choices={[[ALL, words.allPositions], ...texts]} />
      <ActionButton isAvailable action={() => void zero()}>
        {words.setToZero}
      </ActionButton>
      <ActionButton isAvailable={place !== undefined} action={() => void patch()}>
        {words.takeFromB}
      </ActionButton>
      <p class="hint">{place === undefined ? words.choosePosition : ""}</p>
    </fieldset>
  );
}

type Choice = readonly [value: string, text: string];

const numbered = (count: number): Choice[] => Array.from({ length: count }, (_, i) => [String(i), String(i)]);

interface SelectProps {
  readonly name: string;
  readonly value: { value: string };
  readonly choices: readonly Choice[];
}

function Select({ name, value, choices }: SelectProps) {
  return (
    <label class="field">
      {name}
      <select value={value.value} onChange={({ currentTarget }) => (value.value = currentTarget.value)}>
        {choices.map(([one, text]) => (
          <option key={one} value={one}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}
