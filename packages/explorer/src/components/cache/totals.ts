/** The sums of a race. */
import { median } from "d3-array";
import type { Lap } from "../../protocol/cache.ts";

/** Of one side. */
export interface Total {
  readonly milliseconds: number;
  /** Of a token. */
  readonly medianMilliseconds: number;
  readonly multiplyAdds: number;
}

export interface Totals {
  readonly withCache: Total;
  readonly without: Total;
  /** How many tokens have the same id on both sides, up to the first that has not. */
  readonly same: number;
}

export function totalsOf(laps: readonly Lap[]): Totals {
  const different = laps.findIndex(({ withCache, without }) => withCache.id !== without.id);
  return {
    withCache: total(laps, "withCache"),
    without: total(laps, "without"),
    same: different < 0 ? laps.length : different,
  };
}

function total(laps: readonly Lap[], side: "withCache" | "without"): Total {
  const sum = (of: "milliseconds" | "multiplyAdds") => laps.reduce((all, lap) => all + lap[side][of], 0);
  return {
    milliseconds: sum("milliseconds"),
    medianMilliseconds: median(laps, (lap) => lap[side].milliseconds) ?? 0,
    multiplyAdds: sum("multiplyAdds"),
  };
}
