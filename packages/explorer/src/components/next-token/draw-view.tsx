/** What Next will draw: the random number, the interval that it falls into, and the token that has it. */
import { formatShare } from "../../format.ts";
import type { Draw } from "../../protocol/next-token.ts";
import { isDrawHidden } from "../../state/tour.ts";
import { strings } from "../../strings.ts";
import { Picture } from "../picture/picture.tsx";
import { BAR_HEIGHT, drawBar } from "./draw-bar.ts";
import { TokenName } from "./token-name.tsx";

export function DrawView({ draw }: { readonly draw: Draw | undefined }) {
  const words = strings.nextToken.draw;
  return (
    <section aria-label={words.heading}>
      <h3>{words.heading}</h3>
      {draw === undefined ? (
        <p>{words.ended}</p>
      ) : isDrawHidden.value ? (
        <p class="hint">{words.hidden}</p>
      ) : (
        <Drawn draw={draw} />
      )}
    </section>
  );
}

function Drawn({ draw }: { readonly draw: Draw }) {
  const { uniform, token, intervals } = draw;
  const words = strings.nextToken.draw;
  return (
    <>
      <p class="drawn" data-id={token.id}>
        {uniform === undefined ? words.greedy : <data value={uniform}>{words.uniform(uniform)}</data>}{" "}
        <TokenName text={token.text} />
        {words.interval(formatShare(token.from), formatShare(token.to))}
      </p>
      <Picture
        label={words.picture(intervals.length)}
        height={BAR_HEIGHT}
        draw={drawBar(draw)}
        table={() => ({
          caption: words.table,
          columns: [words.token, words.from, words.to, words.probability],
          rows: intervals.map(({ text, from, to, probability }) => [
            <TokenName text={text} />,
            formatShare(from),
            formatShare(to),
            formatShare(probability),
          ]),
        })}
      />
    </>
  );
}
