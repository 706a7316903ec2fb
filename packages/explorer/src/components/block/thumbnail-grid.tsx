/** All heads of all layers, made small: layers down, heads across. A choice selects the head. */
// biome-ignore-all lint/a11y/useSemanticElements: a grid of pictures, moved by arrows
// biome-ignore-all lint/a11y/useFocusableInteractive: the button in a cell has the focus
import { useRef, useState } from "preact/hooks";
import { thumbnails } from "../../state/block.ts";
import { info } from "../../state/engine.ts";
import { chosenHead, chosenLayer, head, layer } from "../../state/selection.ts";
import { strings } from "../../strings.ts";
import { moved } from "../heat-map/grid-keys.ts";
import type { Place } from "../heat-map/heat-map-data.ts";
import { Thumbnail } from "./thumbnail.tsx";
import { ThumbnailPictures } from "./thumbnail-pictures.tsx";

export function ThumbnailGrid() {
  const grid = useRef<HTMLDivElement>(null);
  const [active, setActive] = useState<Place | undefined>(undefined);
  const heads = info.value?.config.nHead ?? 0;
  const rows = thumbnails.value;
  if (rows.length === 0) return null;
  const place = active ?? { row: layer.value, column: head.value };
  const onKeyDown = (event: KeyboardEvent) => {
    const { key, ctrlKey, metaKey } = event;
    const size = { rows: rows.length, columns: heads, page: 4 };
    const next = moved(ctrlKey || metaKey ? `Ctrl+${key}` : key, place, size);
    if (!next) return;
    event.preventDefault();
    setActive(next);
    grid.current?.querySelector<HTMLElement>(`[data-place="${next.row},${next.column}"]`)?.focus();
  };
  return (
    <div>
      <h3 id="heads">{strings.block.heads}</h3>
      <p class="hint">{strings.block.headsHint}</p>
      <div ref={grid} class="thumbnails" role="grid" aria-labelledby="heads" onKeyDown={onKeyDown}>
        {rows.map((row) => (
          <div key={row.layer} role="row">
            <ThumbnailPictures thumbnails={row} heads={heads} />
            {Array.from({ length: heads }, (_, h) => (
              <Thumbnail
                key={h}
                layer={row.layer}
                head={h}
                isSelected={row.layer === layer.value && h === head.value}
                isTabStop={row.layer === place.row && h === place.column}
                onSelect={() => {
                  chosenLayer.value = row.layer;
                  chosenHead.value = h;
                  setActive(undefined);
                }}
              />
            ))}
          </div>
        ))}
      </div>
    </div>
  );
}
