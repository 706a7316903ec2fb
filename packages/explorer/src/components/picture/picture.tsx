/** A picture, or its numbers as a table: a button under it changes between them. */
import { useSignal } from "@preact/signals";
import { strings } from "../../strings.ts";
import { Canvas, type CanvasProps } from "./canvas.tsx";
import { DataTable, type Table } from "./data-table.tsx";

export interface PictureProps extends CanvasProps {
  readonly label: string;
  /** Is called only while the table is shown. */
  readonly table: () => Table;
}

export function Picture({ table, ...canvas }: PictureProps) {
  const isTable = useSignal(false);
  return (
    <figure>
      {isTable.value ? <DataTable {...table()} /> : <Canvas {...canvas} />}
      <button type="button" onClick={() => (isTable.value = !isTable.value)}>
        {isTable.value ? strings.picture : strings.table}
      </button>
    </figure>
  );
}
