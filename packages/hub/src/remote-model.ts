/**
 * Inspects a model on the hub without downloading its weights: the config, and the headers of the weights, validated as
 * when loading.
 */
import type { GPT2Config } from "@tsgpt/gpt";
import {
  type Checkpoint,
  type CheckpointSummary,
  ConfigError,
  FILE_NAMES,
  LARGEST_INDEX,
  parseConfigs,
  quote,
  shardedCheckpoint,
  singleFileCheckpoint,
  summarize,
} from "@tsgpt/gpt";
import { remoteSource } from "./byte-range.ts";
import type { HubClient } from "./hub-client.ts";
import { HubError } from "./hub-error.ts";
import { weightsFile } from "./needed-files.ts";
import { fileUrl, type RemoteFile, type RemoteRevision } from "./remote-files.ts";

/** A model on the hub, as far as it can be known without its weights. */
export interface RemoteModel {
  readonly config: GPT2Config;
  readonly summary: CheckpointSummary;
  /** The files of the weights: one, or an index and its shards. */
  readonly weights: readonly RemoteFile[];
}

/**
 * Inspects a revision; `read` gives the text of a small file.
 * @throws ConfigError, CheckpointError or HubError if it is not supported, before any weights are fetched
 */
export async function inspectRemote(
  client: HubClient,
  revision: RemoteRevision,
  read: (file: RemoteFile) => Promise<string> = (file) => readRemoteText(client, revision, file),
): Promise<RemoteModel> {
  const { id, files } = revision;
  const configFile = files.get(FILE_NAMES.config);
  if (!configFile) throw new ConfigError(FILE_NAMES.config, `is not in ${id}`);
  const readNamed = async (file: RemoteFile) => ({ name: `${id}: ${file.name}`, text: await read(file) });
  const generationFile = files.get(FILE_NAMES.generationConfig);
  const generation = generationFile && (await readNamed(generationFile));
  const { config } = parseConfigs(await readNamed(configFile), generation);
  const first = files.get(weightsFile((name) => files.has(name), files.keys(), id)) as RemoteFile;
  const weights = [first];
  const source = (file: RemoteFile) =>
    remoteSource(client, fileUrl(client, revision, file.name), file, `${id}: ${file.name}`);
  const openShard = async (name: string) => {
    const file = files.get(name);
    if (!file) throw new HubError(`${id}: its ${FILE_NAMES.index} names ${quote(name)}, which does not exist`);
    weights.push(file);
    return source(file);
  };
  const checkpoint: Checkpoint =
    first.name === FILE_NAMES.index
      ? await shardedCheckpoint(await readNamed(first), openShard)
      : await singleFileCheckpoint(source(first));
  return { config, summary: summarize(checkpoint, config), weights };
}

async function readRemoteText(client: HubClient, revision: RemoteRevision, file: RemoteFile): Promise<string> {
  const subject = `${revision.id}: ${file.name}`;
  if (file.size > LARGEST_INDEX) throw new HubError(`${subject}: has ${file.size} bytes, the most is ${LARGEST_INDEX}`);
  const bytes = new Uint8Array(file.size);
  await remoteSource(client, fileUrl(client, revision, file.name), file, subject).read(0, bytes);
  return new TextDecoder().decode(bytes);
}
