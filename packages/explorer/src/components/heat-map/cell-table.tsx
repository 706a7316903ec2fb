/** The cells of a heat map as a table, in pages: 262,144 cells would take the browser seconds. */
import { useState } from "preact/hooks";
import { strings } from "../../strings.ts";
import { ActionButton } from "../action-button.tsx";
import { DataTable } from "../picture/data-table.tsx";
import type { HeatMapData, Place } from "./heat-map-data.ts";

/** Rows and columns of a page. */
const ROWS = 64;
const COLUMNS = 16;

export interface CellTableProps {
  readonly label: string;
  readonly data: HeatMapData;
  /** A cell of the first page that is shown. */
  readonly start: Place | undefined;
}

export function CellTable({ label, data, start }: CellTableProps) {
  const [row, setRow] = useState(pageOf(start?.row, ROWS));
  const [column, setColumn] = useState(pageOf(start?.column, COLUMNS));
  const rows = range(row, ROWS, data.rows.length);
  const columns = range(column, COLUMNS, data.columns.length);
  return (
    <>
      <DataTable
        caption={label}
        columns={[data.rowName, ...columns.map((c) => headerOf(data.columns[c]))]}
        rows={rows.map((r) => [data.rows[r], ...columns.map((c) => data.tableCell({ row: r, column: c }))])}
      />
      <Pages what={strings.heatMap.rows} from={row} size={ROWS} count={data.rows.length} onTurn={setRow} />
      <Pages
        what={strings.heatMap.columns}
        from={column}
        size={COLUMNS}
        count={data.columns.length}
        onTurn={setColumn}
      />
    </>
  );
}

const pageOf = (index = 0, size: number) => index - (index % size);

/** The indices from `from` on, at most `size`, below `count`. */
const range = (from: number, size: number, count: number) =>
  Array.from({ length: Math.max(0, Math.min(size, count - from)) }, (_, i) => from + i);

const headerOf = (column: HeatMapData["columns"][number] | undefined) =>
  column?.mark ? `${column.text} (${column.mark.label})` : (column?.text ?? "");

interface PagesProps {
  readonly what: string;
  readonly from: number;
  readonly size: number;
  readonly count: number;
  readonly onTurn: (from: number) => void;
}

/** Buttons that turn the pages; none if there is one page. */
function Pages({ what, from, size, count, onTurn }: PagesProps) {
  if (count <= size) return null;
  const { shown, earlier, later } = strings.heatMap;
  return (
    <p class="heat-pages">
      {shown(what, from + 1, Math.min(from + size, count), count)}
      <ActionButton isAvailable={from > 0} action={() => onTurn(from - size)}>
        {earlier(what)}
      </ActionButton>
      <ActionButton isAvailable={from + size < count} action={() => onTurn(from + size)}>
        {later(what)}
      </ActionButton>
    </p>
  );
}
