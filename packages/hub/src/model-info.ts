/** Describes a model of the hub from its config and the headers of its weights, cached or remote. */
import type { CheckpointSummary, GPT2Config } from "@tsgpt/gpt";
import { inspectFolder } from "@tsgpt/gpt/node";
import { checkOptions } from "@tsgpt/numeric";
import { findCached, offlineFailure, requireRepo } from "./cached-model.ts";
import { connect } from "./client.ts";
import { type FetchOptions, fetchChecks } from "./fetch-model.ts";
import { remoteRevision } from "./remote-files.ts";
import { inspectRemote } from "./remote-model.ts";
import { settingsOf } from "./settings.ts";

/** What a model is, from its config and the headers of its weights. */
export interface ModelInfo {
  readonly config: GPT2Config;
  readonly summary: CheckpointSummary;
  /** Its commit on the hub. */
  readonly commit?: string;
  /** The hub's id, also if the given name was a short one. */
  readonly id?: string;
  /** Undefined if the weights are not cached. */
  readonly folder?: string;
}

/**
 * Describes a model of the hub, from the cache if it is there; otherwise a few kilobytes are requested, and nothing is
 * stored.
 * @throws what fetchModel throws
 */
export async function inspectModel(name: string, options: FetchOptions = {}): Promise<ModelInfo> {
  checkOptions("inspectModel", options, fetchChecks);
  const { revision = "main", signal, sleep, onEvent } = options;
  const repo = requireRepo(name, revision);
  const { id } = repo;
  const settings = settingsOf(options, options.env);
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
