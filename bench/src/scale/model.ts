/**
 * What many workers would do, from parts measured on one machine: arithmetic, no measurement. It knows no network, no
 * slower machine and no failure; docs/scale.md has the formulas and says what is missing.
 */

/** Measured. */
export interface Parts {
  /** Of a machine, with all of its workers. */
  readonly tokensPerSecond: number;
  readonly workersPerMachine: number;
  readonly tokensPerLine: number;
  readonly inputBytesPerLine: number;
  readonly outputBytesPerLine: number;
  /** Of a shard, besides its lines. */
  readonly shardOverheadSeconds: number;
  /** From the start of a process to its first line. */
  readonly startSeconds: number;
  /** Of the pass that cuts inputs into shards, or checks them. */
  readonly scanBytesPerSecond: number;
  readonly manifestBytesPerShard: number;
  /** Besides the writes. */
  readonly fileOperationsPerShard: number;
  readonly listSecondsPerFile: number;
  readonly queue: QueueParts | undefined;
}

/** Redis's processor time, in seconds, the commands that its scripts are made of, and the bytes that it reads. */
export interface QueueParts {
  readonly secondsPerShard: number;
  readonly callsPerShard: number;
  readonly bytesPerShard: number;
  /** Of a process that waits for one shard. */
  readonly secondsPerMinute: number;
  readonly callsPerMinute: number;
  readonly bytesPerMinute: number;
  /** Of a shard that is offered again. */
  readonly secondsPerOffer: number;
  readonly callsPerOffer: number;
  readonly bytesPerOffer: number;
}

/** A job, and the machines for it. */
export interface Scenario {
  readonly workers: number;
  readonly shardBytes: number;
  /** The job is as long as this for all workers without any loss. */
  readonly hours: number;
  /** USD per machine and hour: an assumption, not a measurement. */
  readonly price: number;
}

export interface Prediction extends Scenario {
  readonly machines: number;
  readonly shards: number;
  readonly shardSeconds: number;
  /** Of a process: start and one pass over the inputs. */
  readonly startSeconds: number;
  /** Wall time: the start, and the shards of the worker that has most. */
  readonly seconds: number;
  readonly tokensPerHour: number;
  readonly usdPerMillionTokens: number;
  readonly inputBytes: number;
  readonly manifestBytes: number;
  /** On the shared folder, when its file operations are those of results. */
  readonly fileOperationsPerSecond: number;
  readonly writtenBytesPerSecond: number;
  readonly queue: QueuePrediction | undefined;
}

/** At the end of the job: the last shards are in progress, so all that is offered is a repetition, and all is listed. */
interface QueuePrediction {
  /** Of one core, which is all that Redis uses; above 1 it cannot keep up. */
  readonly redisLoad: number;
  readonly callsPerSecond: number;
  readonly bytesPerSecond: number;
  /** Of the main thread of each process, to list the folder. */
  readonly listingLoad: number;
  /** Names that the shared folder lists. */
  readonly listedPerSecond: number;
  /** Bytes that all processes read to check the inputs. */
  readonly checkedBytes: number;
}

/** Of packages/batch, as its tests know: the bytes of a write, the pauses between looks and offers, an offer's shards. */
export const CONSTANTS = { write: 1 << 20, looks: [0.5, 1, 2, 4], offerSeconds: 30, offer: 256 } as const;

export function predict(parts: Parts, scenario: Scenario): Prediction {
  const { workers, shardBytes, hours, price } = scenario;
  const machines = workers / parts.workersPerMachine;
  const linesPerShard = shardBytes / parts.inputBytesPerLine;
  const workSeconds = (linesPerShard * parts.tokensPerLine * parts.workersPerMachine) / parts.tokensPerSecond;
  const shardSeconds = workSeconds + parts.shardOverheadSeconds;
  const shards = Math.ceil((workers * hours * 3600) / workSeconds);
  const inputBytes = shards * shardBytes;
  const startSeconds = parts.startSeconds + inputBytes / parts.scanBytesPerSecond;
  const seconds = startSeconds + Math.ceil(shards / workers) * shardSeconds;
  const tokens = shards * linesPerShard * parts.tokensPerLine;
  const resultsPerSecond = workers / shardSeconds;
  const resultBytes = linesPerShard * parts.outputBytesPerLine;
  const fileOperations = parts.fileOperationsPerShard + Math.ceil(resultBytes / CONSTANTS.write);
  return {
    ...scenario,
    machines,
    shards,
    shardSeconds,
    startSeconds,
    seconds,
    tokensPerHour: (3600 * tokens) / seconds,
    usdPerMillionTokens: (1e6 * machines * price * seconds) / 3600 / tokens,
    inputBytes,
    manifestBytes: shards * parts.manifestBytesPerShard,
    fileOperationsPerSecond: resultsPerSecond * fileOperations,
    writtenBytesPerSecond: resultsPerSecond * resultBytes,
    queue: parts.queue && predictQueue(parts, parts.queue, { workers, machines, shards, resultsPerSecond, inputBytes }),
  };
}

interface Rates {
  readonly workers: number;
  readonly machines: number;
  readonly shards: number;
  readonly resultsPerSecond: number;
  readonly inputBytes: number;
}

function predictQueue(parts: Parts, queue: QueueParts, rates: Rates): QueuePrediction {
  const { workers, machines, shards, resultsPerSecond, inputBytes } = rates;
  const ofOthers = Math.min(CONSTANTS.offer, workers - parts.workersPerMachine);
  // each process finds the queue empty once while the last shards are in progress, and offers at fixed intervals
  const offersPerSecond = machines * ofOthers * (resultsPerSecond / workers + 1 / CONSTANTS.offerSeconds);
  const looks = looksPerSecond(resultsPerSecond * (1 - 1 / machines));
  const sum = (perShard: number, perMinute: number, perOffer: number) =>
    resultsPerSecond * perShard + (machines * perMinute) / 60 + offersPerSecond * perOffer;
  return {
    redisLoad: sum(queue.secondsPerShard, queue.secondsPerMinute, queue.secondsPerOffer),
    callsPerSecond: sum(queue.callsPerShard, queue.callsPerMinute, queue.callsPerOffer),
    bytesPerSecond: sum(queue.bytesPerShard, queue.bytesPerMinute, queue.bytesPerOffer),
    listingLoad: looks * shards * parts.listSecondsPerFile,
    listedPerSecond: machines * looks * shards,
    checkedBytes: machines * inputBytes,
  };
}

/** How often a process lists the folder, when others finish so many shards per second, at random times. */
export function looksPerSecond(resultsPerSecond: number): number {
  const [longest, ...shorter] = CONSTANTS.looks.toReversed() as [number, ...number[]];
  if (resultsPerSecond === 0) return 1 / longest;
  const hasNone = (pause: number) => Math.exp(-resultsPerSecond * pause);
  let [frequency, looks, seconds] = [1, 0, 0]; // relative to the shortest pause, which follows each look that found some
  for (const pause of shorter.reverse()) {
    looks += frequency;
    seconds += frequency * pause;
    frequency *= hasNone(pause);
  }
  const longestLooks = frequency / (1 - hasNone(longest)); // it repeats itself
  return (looks + longestLooks) / (seconds + longestLooks * longest);
}

/** The most workers, in whole machines, whose queue takes up no more than `limit` of Redis; at least one machine. */
export function workersForRedis(parts: Parts, scenario: Scenario, limit: number): number {
  const fits = (machines: number) => {
    const workers = machines * parts.workersPerMachine;
    return (predict(parts, { ...scenario, workers }).queue?.redisLoad ?? 0) <= limit;
  };
  let [low, high] = [1, 1 << 20];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (fits(middle)) low = middle;
    else high = middle;
  }
  return low * parts.workersPerMachine;
}
