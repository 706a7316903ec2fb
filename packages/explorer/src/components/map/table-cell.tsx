/** A cell of the map's table: the likeliest token and its probability. */
import { formatProbability } from "../../format.ts";
import type { LikelyToken } from "../../protocol/text.ts";
import { strings } from "../../strings.ts";
import { TokenText } from "../text/token-text.tsx";

export function tableCell(best: LikelyToken | undefined) {
  if (!best) return strings.map.pending;
  return (
    <>
      {best.text === "" ? strings.emptyToken : <TokenText text={best.text} />}{" "}
      <span class="probability">{formatProbability(best.probability)}</span>
    </>
  );
}
