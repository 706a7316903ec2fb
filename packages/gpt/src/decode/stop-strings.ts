/** Detects stop strings in streamed text, across token boundaries: text that may begin one is held back. */

export interface StopStrings {
  /** Adds a piece of text; returns the text that is safe to show, and whether a stop string was found. */
  push(piece: string): { text: string; stopped: boolean };
  /** The text still held back at the end of the stream. */
  end(): string;
}

/** @throws RangeError for an empty stop string */
export function stopStrings(stops: readonly string[]): StopStrings {
  if (stops.includes("")) throw new RangeError("stop: a stop string must not be empty");
  let held = "";
  return {
    push(piece) {
      held += piece;
      const at = earliest(held, stops);
      const cut = at ?? held.length - longestBeginning(held, stops);
      const text = held.slice(0, cut);
      held = at === undefined ? held.slice(cut) : "";
      return { text, stopped: at !== undefined };
    },
    end() {
      const rest = held;
      held = "";
      return rest;
    },
  };
}

/** The index of the first stop string, if there is one. */
function earliest(text: string, stops: readonly string[]): number | undefined {
  const found = stops.map((stop) => text.indexOf(stop)).filter((at) => at >= 0);
  return found.length > 0 ? Math.min(...found) : undefined;
}

/** Length of the longest suffix of `text` that is a prefix of a stop string. */
function longestBeginning(text: string, stops: readonly string[]): number {
  const longest = Math.max(0, ...stops.map((stop) => stop.length - 1));
  for (let n = Math.min(longest, text.length); n > 0; n--) {
    if (stops.some((stop) => stop.startsWith(text.slice(-n)))) return n;
  }
  return 0;
}
