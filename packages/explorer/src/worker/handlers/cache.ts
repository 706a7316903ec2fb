/** Handlers of the cache's requests. A race takes a turn per token, as a run does. */
import { yieldToEventLoop } from "@tsgpt/gpt";
import type { CacheRequests, Lap } from "../../protocol/cache.ts";
import { describeCache } from "../cache.ts";
import { frameGate } from "../frame-gate.ts";
import type { Job, Section } from "../handler.ts";
import { type RaceOptions, race } from "../race.ts";
import type { Workplace } from "../workplace.ts";

export const cacheHandlers: Section<CacheRequests> = (workplace) => ({
  cache: (_, { turn }) => turn(() => describeCache(workplace.withText())),
  race: (options, job) => raceInTurns(workplace, options, job),
});

async function raceInTurns(
  { withText }: Workplace,
  options: RaceOptions,
  { turn, signal, report }: Job<"race">,
): Promise<CacheRequests["race"]["gives"]> {
  const opens = frameGate();
  const all = await turn(() => race(withText(), options, signal));
  for (let laps: Lap[] = []; ; await yieldToEventLoop()) {
    const lap = await turn(() => all.next());
    if (lap.done) return { laps, end: lap.value };
    laps.push(lap.value);
    if (opens()) {
      report(laps);
      laps = [];
    }
  }
}
