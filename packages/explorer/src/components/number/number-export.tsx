/** A button for each form in which the opened number can be downloaded. */
import type { OpenedNumber } from "@tsgpt/analysis";
import { download, fileName } from "../../state/export.ts";
import { strings } from "../../strings.ts";
import { operandsCsv } from "./operands-csv.ts";

export function NumberExport({ number }: { readonly number: OpenedNumber }) {
  const { name, operands } = number;
  const file = fileName([name.tensor, ...name.index].join("-"));
  const save = (text: string, type: string, ending: string) =>
    download(new Blob([text], { type }), `${file}.${ending}`);
  return (
    <p class="number-export">
      <button
        type="button"
        onClick={() => save(`${JSON.stringify(number, undefined, 2)}\n`, "application/json", "json")}
      >
        {strings.number.exportJson}
      </button>
      {operands.length > 0 && (
        <button type="button" onClick={() => save(operandsCsv(operands), "text/csv", "csv")}>
          {strings.number.exportCsv}
        </button>
      )}
    </p>
  );
}
