/** What a client sees of its request, in milliseconds of performance.now(). */
import type { LoadRequest } from "./requests.ts";

export interface Timeline {
  readonly request: LoadRequest;
  /** When it was due: waiting for an earlier one counts. */
  readonly start: number;
  /** When each piece came: a token, or several that make text that can be shown. */
  readonly pieces: readonly number[];
  readonly end: number;
  readonly tokens: number;
  readonly failure: string | undefined;
}

/**
 * Sends a request, calls `onPiece` for each piece, and returns the number of tokens.
 * @throws for a request that fails
 */
export type Client = (request: LoadRequest, onPiece: () => void) => Promise<number>;

/** The timeline of a request that is sent now. */
export async function timelineOf(client: Client, request: LoadRequest, start = performance.now()): Promise<Timeline> {
  const pieces: number[] = [];
  const ended = (tokens: number, failure?: string) => ({
    request,
    start,
    pieces,
    end: performance.now(),
    tokens,
    failure,
  });
  try {
    const tokens = await client(request, () => void pieces.push(performance.now()));
    if (tokens === request.maxTokens) return ended(tokens);
    return ended(tokens, `${tokens} tokens came, ${request.maxTokens} were asked for`);
  } catch (error) {
    return ended(0, error instanceof Error ? error.message : String(error));
  }
}

/** Requests that arrive at given times, in milliseconds from now, whether or not earlier ones have been answered. */
export function openLoop(
  client: Client,
  requests: readonly LoadRequest[],
  arrivals: readonly number[],
): Promise<Timeline[]> {
  const begin = performance.now();
  const all = requests.map(async (request, i) => {
    const due = begin + (arrivals[i] as number);
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, due - performance.now())));
    return timelineOf(client, request, due);
  });
  return Promise.all(all);
}

/** As many clients as given, each of which sends its next request when the last one has been answered. */
export async function closedLoop(
  client: Client,
  requests: readonly LoadRequest[],
  clients: number,
): Promise<Timeline[]> {
  const waiting = [...requests];
  const timelines: Timeline[] = [];
  const work = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) timelines.push(await timelineOf(client, next));
  };
  await Promise.all(Array.from({ length: clients }, work));
  return timelines;
}
