/**
 * model.safetensors.index.json: which shard holds which tensor. Only weight_map is read; the metadata are totals that
 * transformers writes for its own use, in some versions as floats.
 */
import { CheckpointError, quote } from "../errors.ts";
import { describeForeignText } from "./foreign-file.ts";
import { jsonProblem, parseMember } from "./strict-json.ts";

/**
 * The shard of each tensor, from the text of an index.
 * @throws CheckpointError if it is malformed, or a shard's path leaves the folder
 */
export function parseShardIndex(file: string, text: string): Map<string, string> {
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
  checkShardNames(file, shardsOf(weightMap));
  return weightMap;
}

/** The distinct shards, sorted by name. */
export function shardsOf(weightMap: ReadonlyMap<string, string>): string[] {
  return [...new Set(weightMap.values())].sort();
}

function parseWeightMap(file: string, text: string): unknown {
  try {
    return parseMember(text, "weight_map");
  } catch (cause) {
    throw new CheckpointError(file, describeForeignText(text) ?? jsonProblem(text, cause), { cause });
  }
}

/** model-00001-of-00002.safetensors; the pattern is that of the client @huggingface/hub. */
const NUMBERED = /[_-]\d{5,6}-of-(?<total>\d{5,6})\.safetensors$/;

/** Plain file names in this folder, and, where they are numbered -00001-of-0000N, all N of them. */
function checkShardNames(file: string, shards: readonly string[]): void {
  for (const shard of shards) {
    if (!/^[^/\\:%\p{C}.][^/\\:%\p{C}]*\.safetensors$/u.test(shard)) {
      throw new CheckpointError(
        file,
        `shard ${quote(shard)} must be the plain name of a .safetensors file in this folder`,
      );
    }
    const total = NUMBERED.exec(shard)?.groups?.["total"];
    if (total !== undefined && Number(total) !== shards.length) {
      throw new CheckpointError(file, `names ${shards.length} shards, and ${quote(shard)} is one of ${Number(total)}`);
    }
  }
}
