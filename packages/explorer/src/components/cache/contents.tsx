/** What the cache holds: bars that fill up, for each layer, and the formula of their bytes. */
import { formatInteger } from "../../format.ts";
import type { CacheContents } from "../../protocol/cache.ts";
import { info } from "../../state/engine.ts";
import { strings } from "../../strings.ts";
import type { Table } from "../picture/data-table.tsx";
import { Picture } from "../picture/picture.tsx";
import { barsHeight, drawBars } from "./draw-bars.ts";
import { Formula } from "./formula.tsx";

const words = strings.cache;

export function Contents({ contents }: { readonly contents: CacheContents }) {
  const { positions, layers, bytes } = contents;
  const c = info.value?.config.nEmbd ?? 0;
  const numbers = [layers.length, c, positions].map(formatInteger).join(" × ");
  return (
    <>
      <p>{words.why}</p>
      <Picture
        label={words.bars(contents)}
        height={barsHeight(layers.length)}
        draw={drawBars(contents)}
        table={() => table(contents)}
      />
      <p>{words.lastPass(contents)}</p>
      <p>{words.bytes}</p>
      <Formula parts={["8 L C S", `= 8 × ${numbers}`, `= ${formatInteger(bytes)}`]} />
    </>
  );
}

function table(contents: CacheContents): Table {
  const { positions, layers, bytes } = contents;
  const all = layers.map(({ keys, values }, layer) => [layer, positions, keys, values, keys + values]);
  const sum = (of: "keys" | "values") => layers.reduce((total, layer) => total + layer[of], 0);
  const rows = [...all, [words.allLayers, positions, sum("keys"), sum("values"), bytes]];
  return {
    caption: words.bars(contents),
    columns: words.columns,
    rows: rows.map((row) => row.map((cell) => (typeof cell === "number" ? formatInteger(cell) : cell))),
  };
}
