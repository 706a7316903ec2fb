/** A number as a button that opens it: where it comes from. */
import { formatFour } from "../../format.ts";
import { openNumber } from "../../state/drawer.ts";
import { strings } from "../../strings.ts";

export interface NumberButtonProps {
  readonly tensor: string;
  readonly index: readonly number[];
  /** Undefined where only the worker knows it; then there is a text. */
  readonly value?: number | undefined;
  readonly isInDrawer?: boolean;
  /** As text, instead of four digits. */
  readonly shown?: string;
  /** In a widget that has one tab stop. */
  readonly tabIndex?: number;
  readonly onFocus?: () => void;
}

export function NumberButton({ tensor, index, value, isInDrawer = false, shown, ...attributes }: NumberButtonProps) {
  return (
    <button
      type="button"
      class="number-button"
      data-hook={tensor}
      data-index={index.join(",")}
      title={strings.number.name(tensor, index)}
      onClick={() => openNumber({ tensor, index }, isInDrawer)}
      {...attributes}
    >
      {value === undefined ? shown : <data value={value}>{shown ?? formatFour(value)}</data>}
    </button>
  );
}
