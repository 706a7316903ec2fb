/** A head's button in the grid of all heads, over which its picture is drawn. */
// biome-ignore-all lint/a11y/useSemanticElements: a cell of a grid
// biome-ignore-all lint/a11y/useFocusableInteractive: the button in a cell has the focus
import { strings } from "../../strings.ts";

export interface ThumbnailProps {
  readonly layer: number;
  readonly head: number;
  readonly isSelected: boolean;
  readonly isTabStop: boolean;
  readonly onSelect: () => void;
}

export function Thumbnail({ layer, head, isSelected, isTabStop, onSelect }: ThumbnailProps) {
  return (
    <div role="gridcell" aria-selected={isSelected}>
      <button
        type="button"
        tabIndex={isTabStop ? 0 : -1}
        data-place={`${layer},${head}`}
        aria-label={strings.block.thumbnail(layer, head)}
        aria-pressed={isSelected}
        onClick={onSelect}
      />
    </div>
  );
}
