/** The sums of the race, and how many times as much the side without the cache has needed. */
import { formatDecimal } from "../../format.ts";
import { laps } from "../../state/cache.ts";
import { strings } from "../../strings.ts";
import { type Total, totalsOf } from "./totals.ts";

const words = strings.cache;

export function TotalsTable() {
  const count = laps.value.length;
  const { withCache, without } = totalsOf(laps.value);
  const row = (name: string, of: keyof Total, unit = 1) => (
    <tr>
      <th scope="row">{name}</th>
      <td>{formatDecimal(withCache[of] / unit)}</td>
      <td>{formatDecimal(without[of] / unit)}</td>
      <td>{formatDecimal(without[of] / withCache[of])}</td>
    </tr>
  );
  return (
    <table>
      <caption>{words.totals(count)}</caption>
      <thead>
        <tr>
          <td />
          <th scope="col">{words.withCache}</th>
          <th scope="col">{words.without}</th>
          <th scope="col">{words.ratio}</th>
        </tr>
      </thead>
      <tbody>
        {row(words.totalTime, "milliseconds")}
        {row(words.medianTime, "medianMilliseconds")}
        {row(words.totalMultiplyAdds, "multiplyAdds", 1e6)}
      </tbody>
    </table>
  );
}
