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
  readonly fileOperationsPerShard: number;
  readonly listSecondsPerFile: number;
  readonly queue: QueueParts | undefined;
}

/** Redis's processor time, in seconds, and the commands that its scripts are made of. */
export interface QueueParts {
  readonly secondsPerShard: number;
  readonly callsPerShard: number;
  /** Of a process that waits for one shard. */
  readonly secondsPerMinute: number;
  readonly callsPerMinute: number;
  /** Of a shard that is offered again. */
  readonly secondsPerOffer: number;
  readonly callsPerOffer: number;
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
  /** Wall time, with the start and one more shard for the last worker. */
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

/** At the worst moment: nothing is done for the offers, all is done for the listings. */
interface QueuePrediction {
  /** Of one core, which is all that Redis uses; above 1 it cannot keep up. */
  readonly redisLoad: number;
  readonly callsPerSecond: number;
  /** Of the main thread of each process, to list the folder. */
  readonly listingLoad: number;
  /** Names that the shared folder lists. */
  readonly listedPerSecond: number;
  /** Bytes that all processes read to check the inputs. */
  readonly checkedBytes: number;
}

/** How often a process lists the folder, and how often it offers what is left. */
const LISTINGS_PER_SECOND = 2;
const OFFER_SECONDS = 30;

export function predict(parts: Parts, scenario: Scenario): Prediction {
  const { workers, shardBytes, hours, price } = scenario;
  const machines = workers / parts.workersPerMachine;
  const linesPerShard = shardBytes / parts.inputBytesPerLine;
  const workSeconds = (linesPerShard * parts.tokensPerLine * parts.workersPerMachine) / parts.tokensPerSecond;
  const shardSeconds = workSeconds + parts.shardOverheadSeconds;
  const shards = Math.ceil((workers * hours * 3600) / workSeconds);
  const inputBytes = shards * shardBytes;
  const startSeconds = parts.startSeconds + inputBytes / parts.scanBytesPerSecond;
  const seconds = startSeconds + (shards / workers) * shardSeconds + shardSeconds;
  const tokens = shards * linesPerShard * parts.tokensPerLine;
  const resultsPerSecond = workers / shardSeconds;
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
    fileOperationsPerSecond: resultsPerSecond * parts.fileOperationsPerShard,
    writtenBytesPerSecond: resultsPerSecond * linesPerShard * parts.outputBytesPerLine,
    queue: parts.queue && predictQueue(parts, parts.queue, { machines, shards, resultsPerSecond, inputBytes }),
  };
}

interface Rates {
  readonly machines: number;
  readonly shards: number;
  readonly resultsPerSecond: number;
  readonly inputBytes: number;
}

function predictQueue(parts: Parts, queue: QueueParts, { machines, shards, resultsPerSecond, inputBytes }: Rates) {
  const offersPerSecond = (machines * shards) / OFFER_SECONDS;
  const listingsPerSecond = machines * LISTINGS_PER_SECOND + resultsPerSecond;
  const sum = (perShard: number, perMinute: number, perOffer: number) =>
    resultsPerSecond * perShard + (machines * perMinute) / 60 + offersPerSecond * perOffer;
  return {
    redisLoad: sum(queue.secondsPerShard, queue.secondsPerMinute, queue.secondsPerOffer),
    callsPerSecond: sum(queue.callsPerShard, queue.callsPerMinute, queue.callsPerOffer),
    listingLoad: (listingsPerSecond / machines) * shards * parts.listSecondsPerFile,
    listedPerSecond: listingsPerSecond * shards,
    checkedBytes: machines * inputBytes,
  };
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
