/**
 * model.safetensors.index.json: which shard holds which tensor. Only weight_map counts. The metadata are sums that transformers writes for
 * its own use (floats, by some versions): they are not read, whatever they are.
 */
import { CheckpointError, quote } from "../errors.ts";
import { describeForeignText } from "./foreign-file.ts";
import { parseMember } from "./strict-json.ts";

/**
 * The shard of each tensor, from the text of an index.
 * @throws CheckpointError if it is malformed, or a shard's name leaves the folder
 */
export async function parseShardIndex(file: string, text: string): Promise<Map<string, string>> {
  const map = parseWeightMap(file, text);
  if (typeof map !== "object" || map === null || Array.isArray(map)) {
    throw new CheckpointError(file, `weight_map must be an object from tensor to shard, got ${quote(map)}`);
  }
  const entries = Object.entries(map);
  if (entries.length === 0) throw new CheckpointError(file, "weight_map names no tensor");
  const wrong = entries.find(([, shard]) => typeof shard !== "string");
  if (wrong)
    throw new CheckpointError(file, `must have the name of a shard in weight_map, got ${quote(wrong[1])}`, {
      tensor: wrong[0],
    });
  const weightMap = new Map(entries as [string, string][]);
  await checkShardNames(file, shardsOf(weightMap));
  return weightMap;
}

/** The shards, each once, in the order of their names. */
export function shardsOf(weightMap: ReadonlyMap<string, string>): string[] {
  return [...new Set(weightMap.values())].sort();
}

function parseWeightMap(file: string, text: string): unknown {
  try {
    return parseMember(text, "weight_map");
  } catch (cause) {
    const problem = `is not valid JSON: ${quote((cause as Error).message).slice(1, -1)}`;
    throw new CheckpointError(file, describeForeignText(text) ?? problem, { cause });
  }
}

/** Plain names of files in this folder, and, where they are numbered -00001-of-0000N, all N of them. */
async function checkShardNames(file: string, shards: readonly string[]): Promise<void> {
  // Loaded here, because one file, the usual case, should not wait 20 ms for the whole hub client.
  const { parseSafetensorsShardFilename } = await import("@huggingface/hub");
  for (const shard of shards) {
    if (!/^[^/\\:%\p{C}.][^/\\:%\p{C}]*\.safetensors$/u.test(shard)) {
      throw new CheckpointError(
        file,
        `shard ${quote(shard)} must be the plain name of a .safetensors file in this folder`,
      );
    }
    const total = parseSafetensorsShardFilename(shard)?.total;
    if (total !== undefined && Number(total) !== shards.length) {
      throw new CheckpointError(file, `names ${shards.length} shards, and ${quote(shard)} is one of ${Number(total)}`);
    }
  }
}
