/** The block's activations at one position, in the order of the pass, each with its largest numbers. */
import { useSignal } from "@preact/signals";
import { formatInteger } from "../../format.ts";
import type { ActivationRow } from "../../protocol/inside.ts";
import { activations } from "../../state/block.ts";
import { position } from "../../state/selection.ts";
import { tokens } from "../../state/text.ts";
import { strings } from "../../strings.ts";
import { NumberButton } from "../number/number-button.tsx";
import { useRoving } from "../roving.ts";
import { TokenText } from "../text/token-text.tsx";
import { Strip } from "./strip.tsx";

const LARGEST = 3;
const AT_FIRST = 256;

export function Stages() {
  const rows = activations.value.value?.rows ?? [];
  return (
    <div>
      <h3>
        {strings.block.stages} <TokenText text={tokens.value[position.value]?.text ?? ""} />
      </h3>
      <ol class="stages">
        {rows.map((row) => (
          <li key={row.tensor}>
            <Stage row={row} />
          </li>
        ))}
      </ol>
    </div>
  );
}

function Stage({ row }: { readonly row: ActivationRow }) {
  const [title, explanation] = strings.block.stage(row.tensor);
  return (
    <>
      <h4>{title}</h4>
      <p class="hint">{explanation}</p>
      <Strip label={title} values={row.values} />
      <p class="largest" {...useRoving<HTMLParagraphElement>()}>
        {strings.block.largest}{" "}
        {largestOf(row.values).map((at) => (
          <Numbered key={at} row={row} at={at} />
        ))}
      </p>
      <AllNumbers row={row} />
    </>
  );
}

function Numbered({ row, at }: { readonly row: ActivationRow; readonly at: number }) {
  return <NumberButton tensor={row.tensor} index={indexOf(row, at)} value={row.values[at] as number} />;
}

/** Every number as a button, made when they are asked for. */
function AllNumbers({ row }: { readonly row: ActivationRow }) {
  const isOpen = useSignal(false);
  const roving = useRoving<HTMLDivElement>();
  const shown = useSignal(AT_FIRST);
  const rest = row.values.length - shown.value;
  return (
    <details open={isOpen.value} onToggle={({ currentTarget }) => (isOpen.value = currentTarget.open)}>
      <summary>{strings.block.all(formatInteger(row.values.length))}</summary>
      {isOpen.value && (
        <div class="all-numbers" {...roving}>
          {Array.from(row.values.subarray(0, shown.value), (_, at) => (
            <Numbered key={at} row={row} at={at} />
          ))}
          {rest > 0 && (
            <button type="button" onClick={() => (shown.value *= 4)}>
              {strings.number.more(formatInteger(rest))}
            </button>
          )}
        </div>
      )}
    </details>
  );
}

/** The index of a row's number in its tensor. */
function indexOf({ index, shape }: ActivationRow, at: number): number[] {
  const width = shape[1];
  return width === undefined ? [...index, at] : [...index, Math.floor(at / width), at % width];
}

/** Where the numbers of the largest size are; masked scores are none. */
function largestOf(values: Float32Array): number[] {
  const finite = [...values.keys()].filter((at) => Number.isFinite(values[at]));
  return finite.sort((a, b) => Math.abs(values[b] as number) - Math.abs(values[a] as number)).slice(0, LARGEST);
}
