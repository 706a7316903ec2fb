/** The curves of a race: time and multiply-adds for each token, with the cache and without. */
import { formatDecimal, formatInteger, formatShort } from "../../format.ts";
import type { Lap } from "../../protocol/cache.ts";
import { laps, raceLength } from "../../state/cache.ts";
import { strings } from "../../strings.ts";
import type { Series } from "../chart/draw-lines.ts";
import { LineChart } from "../chart/line-chart.tsx";
import type { Table } from "../picture/data-table.tsx";
import { TokenText } from "../text/token-text.tsx";

const words = strings.cache;
type Measure = "milliseconds" | "multiplyAdds";
const SIDES = ["withCache", "without"] as const;

export function Curves() {
  return (
    <div class="curves">
      <Curve measure="milliseconds" short={formatDecimal} exact={formatDecimal} />
      <Curve measure="multiplyAdds" short={formatShort} exact={formatInteger} />
    </div>
  );
}

interface CurveProps {
  readonly measure: Measure;
  readonly short: (value: number) => string;
  readonly exact: (value: number) => string;
}

function Curve({ measure, short, exact }: CurveProps) {
  const all = laps.value;
  const last = all.at(-1) as Lap;
  const title = words.measures[measure];
  return (
    <LineChart
      label={words.curve(title, all.length, short(last.withCache[measure]), short(last.without[measure]))}
      height={220}
      series={SIDES.map((side): Series => {
        return { name: words[side], x: all.map((_, i) => i + 1), y: all.map((lap) => lap[side][measure]) };
      })}
      x={{ title: words.token, scale: "linear", format: formatInteger, domain: [1, Math.max(2, raceLength.value)] }}
      y={{ title, scale: "linear", format: short }}
      table={() => table(all, measure, exact)}
    />
  );
}

function table(all: readonly Lap[], measure: Measure, exact: CurveProps["exact"]): Table {
  return {
    caption: words.measures[measure],
    columns: words.lapColumns,
    rows: all.map((lap, i) => [
      formatInteger(i + 1),
      <TokenText key="text" text={lap.text} />,
      ...SIDES.map((side) => lap[side].id),
      ...SIDES.map((side) => exact(lap[side][measure])),
    ]),
  };
}
