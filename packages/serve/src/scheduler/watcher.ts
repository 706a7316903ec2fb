/** What ends lanes from outside: their clients' signals, and the time limit. */
import type { Lane } from "./lane.ts";
import type { EndReason } from "./submission.ts";

export interface Watcher {
  /** Watches until `lane.stopWatching` is called. */
  watch(lane: Lane): void;
}

/** The lanes that end with a signal, and the one listener for all of them: Node warns of more than ten. */
interface Followers {
  readonly lanes: Set<Lane>;
  readonly listener: () => void;
}

export function watcher(
  timeLimit: number | undefined,
  onLeave: (lanes: Iterable<Lane>, reason: EndReason) => void,
): Watcher {
  const followers = new Map<AbortSignal, Followers>();
  const follow = (signal: AbortSignal): Followers => {
    const lanes = new Set<Lane>();
    const listener = () => onLeave(lanes, "abort");
    signal.addEventListener("abort", listener);
    followers.set(signal, { lanes, listener });
    return { lanes, listener };
  };
  const unfollow = (signal: AbortSignal, lane: Lane): void => {
    const { lanes, listener } = followers.get(signal) ?? {};
    if (!lanes?.delete(lane) || lanes.size > 0 || !listener) return;
    signal.removeEventListener("abort", listener);
    followers.delete(signal);
  };
  return {
    watch: (lane) => {
      const { signal } = lane.submission;
      const timer = timeLimit === undefined ? undefined : setTimeout(() => onLeave([lane], "timeout"), timeLimit);
      lane.stopWatching = () => {
        clearTimeout(timer);
        if (signal) unfollow(signal, lane);
      };
      if (signal?.aborted) onLeave([lane], "abort");
      else if (signal) (followers.get(signal) ?? follow(signal)).lanes.add(lane);
    },
  };
}
