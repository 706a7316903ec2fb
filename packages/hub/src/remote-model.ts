/** A model on the hub, looked into without its weights: the config, and the headers of the weights through the loader's own gate. */
import { type Checkpoint, shardedCheckpoint, singleFileCheckpoint } from "../../checkpoint/checkpoint.ts";
import { type CheckpointSummary, summarize } from "../../checkpoint/summary.ts";
import type { GPT2Config } from "../../config.ts";
import { ConfigError, quote } from "../../errors.ts";
import { parseConfigs } from "../../generation-config.ts";
import { CONFIG, GENERATION } from "../load-model.ts";
import { INDEX, LARGEST_INDEX } from "../open-checkpoint.ts";
import { remoteSource } from "./byte-range.ts";
import type { HubClient } from "./client.ts";
import { HubError } from "./hub-error.ts";
import { weightsFile } from "./model-files.ts";
import { fileUrl, type RemoteFile, type RemoteRevision } from "./remote-files.ts";

export interface RemoteModel {
  readonly config: GPT2Config;
  readonly summary: CheckpointSummary;
  /** What the weights are in: one file, or an index and its shards. */
  readonly weights: readonly RemoteFile[];
}

/**
 * Looks into a revision; `read` gives the text of a small file of it.
 * @throws ConfigError, CheckpointError or HubError for what could not be run, before any weights are fetched
 */
export async function inspectRemote(
  client: HubClient,
  revision: RemoteRevision,
  read: (file: RemoteFile) => Promise<string> = (file) => readRemoteText(client, revision, file),
): Promise<RemoteModel> {
  const { id, files } = revision;
  const configFile = files.get(CONFIG);
  if (!configFile) throw new ConfigError(CONFIG, `is not in ${id}`);
  const readNamed = async (file: RemoteFile) => ({ name: `${id}: ${file.name}`, text: await read(file) });
  const generationFile = files.get(GENERATION);
  const generation = generationFile && (await readNamed(generationFile));
  const { config } = parseConfigs(await readNamed(configFile), generation);
  const first = files.get(weightsFile((name) => files.has(name), files.keys(), id)) as RemoteFile;
  const weights = [first];
  const source = (file: RemoteFile) =>
    remoteSource(client, fileUrl(client, revision, file.name), file, `${id}: ${file.name}`);
  const openShard = async (name: string) => {
    const file = files.get(name);
    if (!file) throw new HubError(`${id}: its ${INDEX} names ${quote(name)}, which is not there`);
    weights.push(file);
    return source(file);
  };
  const checkpoint: Checkpoint =
    first.name === INDEX
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
