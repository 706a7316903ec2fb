/** What a model of the hub is, from its config and the headers of its weights: in the cache, or on the hub. */
import type { CheckpointSummary, GPT2Config } from "@tsgpt/gpt";
import { inspectFolder } from "@tsgpt/gpt/node";
import { findCached, offlineFailure, requireRepo } from "./cached-model.ts";
import { connect } from "./client.ts";
import type { FetchOptions } from "./fetch-model.ts";
import { remoteRevision } from "./remote-files.ts";
import { inspectRemote } from "./remote-model.ts";
import { hubSettings } from "./settings.ts";

export interface ModelInfo {
  readonly config: GPT2Config;
  readonly summary: CheckpointSummary;
  /** On the hub, or in its cache. */
  readonly commit?: string;
  /** Of the hub's id; where the name was a short one, what it stands for. */
  readonly id?: string;
  /** Undefined while the weights are on the hub alone. */
  readonly folder?: string;
}

/**
 * What a model of the hub is, from the cache if it is there; else a few kilobytes are asked for, and nothing is kept.
 * @throws what fetchModel throws
 */
export async function inspectModel(name: string, options: FetchOptions = {}): Promise<ModelInfo> {
  const { revision = "main", signal, sleep, onEvent } = options;
  const repo = requireRepo(name, revision);
  const { id } = repo;
  const settings = hubSettings(options, options.env);
  const cached = await findCached(repo, settings, revision, "model");
  if (cached) return { id, commit: cached.commit, ...(await inspectFolder(cached.folder)) };
  if (settings.offline) throw await offlineFailure(repo, settings, revision, "model");
  const onRetry = (reason: string, seconds: number) => onEvent?.({ kind: "retry", reason, seconds });
  const client = await connect(settings, { signal, sleep, onRetry });
  try {
    const remote = await remoteRevision(client, id, revision);
    const { config, summary } = await inspectRemote(client, remote);
    return { id, commit: remote.commit, config, summary };
  } finally {
    await client.close();
  }
}
