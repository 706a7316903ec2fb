/** The block's activations at one position, in the order of the pass, each with its largest numbers. */
import { useSignal } from "@preact/signals";
import { formatInteger } from "../../format.ts";
import type { ActivationRow } from "../../protocol/inside.ts";
import { activations } from "../../state/block.ts";
import { tokens } from "../../state/text.ts";
import { strings } from "../../strings.ts";
import { MoreButton } from "../more-button.tsx";
import { NumberButton } from "../number/number-button.tsx";
import { useRoving } from "../roving.ts";
import { TokenText } from "../text/token-text.tsx";
import { Strip } from "./strip.tsx";

const LARGEST = 3;
const AT_FIRST = 256;

export function Stages() {
  const rows = activations.value.value?.rows ?? [];
  const at = rows[0]?.index[0] ?? 0;
  return (
    <div>
      <h3>
        {strings.block.stages} <TokenText text={tokens.value[at]?.text ?? ""} />
      </h3>
      <ol class="stages">
        {rows.map((row) => (
          <li key={row.tensor} data-tensor={row.tensor}>
            <Stage row={row} rows={rows} />
          </li>
        ))}
      </ol>
    </div>
  );
}

interface StageProps {
  readonly row: ActivationRow;
  /** Of the block. */
  readonly rows: readonly ActivationRow[];
}

function Stage({ row, rows }: StageProps) {
  const [title, explanation] = strings.block.stage(row.tensor);
  const largest = largestOf(row.values);
  const terms = termsOf(row, rows);
  return (
    <>
      <h4>
        {title} <code>{row.tensor}</code> <span class="shape">{strings.block.shape(row.shape)}</span>
      </h4>
      <p class="hint">{explanation}</p>
      <Strip label={title} values={row.values} />
      <p class="largest" {...useRoving<HTMLParagraphElement>()}>
        {strings.block.largest}{" "}
        {largest.map((at) => (
          <span key={at} class="one-number">
            {terms && (
              <>
                <Numbered row={terms[0]} at={at} /> + <Numbered row={terms[1]} at={at} /> ={" "}
              </>
            )}
            <Labeled row={row} at={at} />
          </span>
        ))}
      </p>
      <AllNumbers row={row} />
    </>
  );
}

/** What was added to the residual stream, and to what. */
const ADDITIONS = [
  ["hook_resid_mid", "hook_resid_pre", "hook_attn_out"],
  ["hook_resid_post", "hook_resid_mid", "hook_mlp_out"],
] as const;

function termsOf({ tensor }: ActivationRow, rows: readonly ActivationRow[]) {
  const addition = ADDITIONS.find(([sum]) => tensor.endsWith(sum));
  const [a, b] = addition?.slice(1).map((name) => rows.find((row) => row.tensor.endsWith(name))) ?? [];
  return a && b ? ([a, b] as const) : undefined;
}

function Numbered({ row, at }: { readonly row: ActivationRow; readonly at: number }) {
  return <NumberButton tensor={row.tensor} index={indexOf(row, at)} value={row.values[at] as number} />;
}

/** A score or a weight, which is of a token, has its token before it. */
function Labeled({ row, at }: { readonly row: ActivationRow; readonly at: number }) {
  const isOfToken = /\.hook_(attn_scores|pattern)$/.test(row.tensor);
  return (
    <>
      {isOfToken && (
        <>
          <TokenText text={tokens.value[at]?.text ?? ""} />{" "}
        </>
      )}
      <Numbered row={row} at={at} />
    </>
  );
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
            <span key={at} class="one-number">
              <Labeled row={row} at={at} />
            </span>
          ))}
          {rest > 0 && (
            <MoreButton action={() => (shown.value *= 4)}>{strings.number.more(formatInteger(rest))}</MoreButton>
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
