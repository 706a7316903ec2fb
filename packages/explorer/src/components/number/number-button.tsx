/** A number as a button that opens it: where it comes from. */

import { formatFour } from "../../format.ts";
import { openNumber } from "../../state/drawer.ts";
import { strings } from "../../strings.ts";

export interface NumberButtonProps {
  readonly tensor: string;
  readonly index: readonly number[];
  readonly value: number;
  readonly isInDrawer?: boolean;
}

export function NumberButton({ tensor, index, value, isInDrawer = false }: NumberButtonProps) {
  return (
    <button
      type="button"
      class="number-button"
      data-hook={tensor}
      data-index={index.join(",")}
      title={strings.number.name(tensor, index)}
      onClick={() => openNumber({ tensor, index }, isInDrawer)}
    >
      <data value={value}>{formatFour(value)}</data>
    </button>
  );
}
