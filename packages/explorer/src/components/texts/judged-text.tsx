/** A text with each token marked by its class, and its probabilities as a strip. */
import { useSignal } from "@preact/signals";
import { RANK_STYLES, rankClass, UNSCORED_MARK } from "@tsgpt/analysis";
import { useMemo } from "preact/hooks";
import { formatFour, formatInteger, formatProbability } from "../../format.ts";
import type { Judged, JudgedToken } from "../../protocol/texts.ts";
import { strings } from "../../strings.ts";
import { MoreButton } from "../more-button.tsx";
import type { Draw } from "../picture/canvas.tsx";
import { Picture } from "../picture/picture.tsx";
import { TokenText } from "../text/token-text.tsx";

/** More at once would take the browser long. */
const AT_FIRST = 800;

export function JudgedText({ name, judged }: { readonly name: string; readonly judged: Judged }) {
  const draw = useMemo(() => drawStrip(judged), [judged]);
  const shown = useSignal(AT_FIRST);
  const marked = useMemo(() => judged.tokens.slice(0, shown.value).map(markedToken), [judged, shown.value]);
  const rest = judged.tokens.length - marked.length;
  return (
    <>
      <p class="marked">{marked}</p>
      {rest > 0 && (
        <MoreButton action={() => (shown.value += AT_FIRST)}>{strings.number.more(formatInteger(rest))}</MoreButton>
      )}
      <Picture label={strings.texts.strip(name)} height={64} draw={draw} table={() => tableOf(name, judged)} />
    </>
  );
}

function markedToken({ text, rank, color, logprob }: JudgedToken, i: number) {
  const style = rank === null ? undefined : rankClass(rank);
  const title = logprob === null ? strings.texts.unscored : formatProbability(Math.exp(logprob));
  return (
    <span key={i} class={`rank ${style ?? ""} ${color ?? ""}`} title={title}>
      <TokenText text={text} />
      {style ? RANK_STYLES[style].mark : UNSCORED_MARK}
    </span>
  );
}

/** A bar for each token, as high as its probability. */
const drawStrip =
  ({ tokens }: Judged): Draw =>
  (context, { width, height }, colors) => {
    const step = width / tokens.length;
    context.fillStyle = colors.chip;
    context.fillRect(0, 0, width, height);
    context.fillStyle = colors.accent;
    for (const [i, { logprob }] of tokens.entries()) {
      const bar = logprob === null ? 0 : Math.exp(logprob) * height;
      context.fillRect(i * step, height - bar, Math.max(1, step - 1), bar);
    }
  };

function tableOf(name: string, { tokens }: Judged) {
  return {
    caption: strings.texts.strip(name),
    columns: strings.texts.columns,
    rows: tokens.map(({ text, logprob, rank, entropy }, i) => [
      i + 1,
      <TokenText text={text} />,
      ...(logprob === null || rank === null || entropy === null
        ? ["", "", "", ""]
        : [
            formatProbability(Math.exp(logprob)),
            formatFour(-logprob / Math.LN2),
            `${rank + 1}`,
            formatFour(entropy / Math.LN2),
          ]),
    ]),
  };
}
