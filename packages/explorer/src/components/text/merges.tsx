/** How merges make a token of its bytes: a row for each, with the symbols that it leaves. */
import type { ComponentChildren } from "preact";
import { formatInteger } from "../../format.ts";
import type { MergeStep } from "../../protocol/text.ts";
import { strings } from "../../strings.ts";
import { DataTable } from "../picture/data-table.tsx";
import { hex, utf8 } from "./bytes.ts";
import { TokenText } from "./token-text.tsx";

interface MergesProps {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly steps: readonly MergeStep[];
}

export function Merges({ bytes, steps }: MergesProps) {
  const rows = steps.map((step): ComponentChildren[] => [
    step.rank === undefined ? strings.text.start : formatInteger(step.rank),
    <span key="symbols" class="symbols">
      {symbols(bytes, step)}
    </span>,
  ]);
  return (
    <>
      <p>{strings.text.merging}</p>
      <DataTable caption={strings.text.merges} columns={[strings.text.rank, strings.text.symbols]} rows={rows} />
    </>
  );
}

function symbols(bytes: Uint8Array<ArrayBuffer>, { begins, merged }: MergeStep): ComponentChildren[] {
  return begins.map((begin, i) => {
    const symbol = bytes.slice(begin, begins[i + 1]);
    const text = utf8(symbol);
    const shown = text === undefined ? <span class="hex">{hex(symbol)}</span> : <TokenText text={text} />;
    return begin === merged ? (
      <mark key={begin} class="symbol">
        {shown}
      </mark>
    ) : (
      <span key={begin} class="symbol">
        {shown}
      </span>
    );
  });
}
