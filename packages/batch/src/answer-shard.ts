/** Answers one shard: reads its lines, has them answered, and writes its results. */
import { removePartials, writeOnce } from "./exactly-once.ts";
import { readShard } from "./read-shard.ts";
import { entryHead, type Result } from "./results.ts";
import type { Shard } from "./shard.ts";

/** Takes the answer to each line, by its index in the list: the keys of its entry. */
export interface AnswerHandlers {
  /** `json` is the text of an object. */
  done(index: number, json: string): void;
  /** The same for a line that has no answer. */
  failed(index: number, json: string): void;
}

/** Answers lines, in any order, each exactly once and as if it were alone. */
export type Answer = (lines: readonly string[], handlers: AnswerHandlers) => Promise<void>;

/** A shard, and where it belongs. Each is copied to a thread, so it does not grow with the batch. */
export interface ShardTask {
  readonly folder: string;
  /** Who writes: see `writeOnce`. */
  readonly writer: string;
  /** The path of its file on this machine. */
  readonly path: string;
  readonly shard: Shard;
  readonly result: Result;
}

/**
 * Answers the lines of a shard; one that cannot be read becomes an entry with its error. Returns how many have one.
 * @throws BatchError if the input is not what it was, or the results cannot be written; Error for an answer that is
 * missing or comes twice
 */
export async function answerShard(task: ShardTask, answer: Answer, onLine: () => void): Promise<number> {
  const { path, shard, result } = task;
  const lines = await readShard(path, shard);
  const entries = new Array<Uint8Array | undefined>(lines.length).fill(undefined); // bytes are not in the heap
  let failures = 0;
  const take = (index: number, json: string) => {
    if (entries[index] !== undefined) throw new Error(`line ${shard.firstLine + index} was answered twice`);
    const head = JSON.stringify(entryHead(result, shard.firstLine + index)).slice(0, -1);
    entries[index] = Buffer.from(`${head},${json.slice(1)}\n`);
    onLine();
  };
  const fail = (index: number, json: string) => {
    failures++;
    take(index, json);
  };
  for (const [i, { error }] of lines.entries()) if (error !== undefined) fail(i, JSON.stringify({ error }));
  const indices = [...lines.keys()].filter((i) => lines[i]?.error === undefined);
  const texts = indices.map((i) => (lines[i] as { readonly text: string }).text);
  await answer(texts, {
    done: (i, json) => take(indices[i] as number, json),
    failed: (i, json) => fail(indices[i] as number, json),
  });
  writeResult(task, complete(entries, shard));
  return failures;
}

/** Writes the entries of a shard, unless it has its results already. @throws BatchError */
function writeResult({ folder, writer, result: { name } }: ShardTask, entries: Iterable<Uint8Array>): void {
  writeOnce(folder, name, entries, writer);
  removePartials(folder, (file) => file === name); // of writers of this shard that were killed
}

function complete(entries: readonly (Uint8Array | undefined)[], { firstLine }: Shard): Uint8Array[] {
  const missing = entries.indexOf(undefined);
  if (missing >= 0) throw new Error(`line ${firstLine + missing} was not answered`);
  return entries as Uint8Array[];
}
