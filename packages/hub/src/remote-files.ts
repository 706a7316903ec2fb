/** The contents of a revision on the hub: its commit, and its files with sizes and hashes, by the hub's client. */
import type { ListFileEntry } from "@huggingface/hub";
import { quote } from "@tsgpt/gpt";
import type { HubClient } from "./hub-client.ts";
import { HubError } from "./hub-error.ts";
import { isCommit } from "./repo.ts";

/** A file of a revision. */
export interface RemoteFile {
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /** SHA-256 for LFS files, otherwise git's SHA-1 of `blob <size>\0` and the bytes. Names the blob in a cache. */
  readonly hash: string;
}

/** A commit of a model on the hub, and its files. */
export interface RemoteRevision {
  readonly id: string;
  readonly commit: string;
  /** Files in the top folder, by name. */
  readonly files: ReadonlyMap<string, RemoteFile>;
}

/** Resolves `revision` of a model. @throws HubError if the hub has no such revision, or the response is invalid */
export async function remoteRevision(client: HubClient, id: string, revision: string): Promise<RemoteRevision> {
  const { listFiles, modelInfo } = await import("@huggingface/hub");
  const subject = revision === "main" ? id : `${id} at ${revision}`;
  const fetch: typeof globalThis.fetch = (url, init) => client.request(String(url), init ?? {}, subject);
  const asked = { hubUrl: client.endpoint, fetch };
  const commit = await client.retrying(() =>
    understood(client, subject, async () => {
      const { sha } = await modelInfo({ ...asked, name: id, revision, additionalFields: ["sha"] });
      if (typeof sha !== "string" || !isCommit(sha)) throw new TypeError(`the commit ${quote(sha)} is none`);
      return sha;
    }),
  );
  const files = await client.retrying(() =>
    understood(client, subject, async () => {
      const found = new Map<string, RemoteFile>();
      for await (const entry of listFiles({ ...asked, repo: id, revision: commit })) {
        if (entry.type === "file") found.set(entry.path, asFile(entry));
      }
      return found;
    }),
  );
  return { id, commit, files };
}

/** The URL of a file. */
export function fileUrl(client: HubClient, { id, commit }: RemoteRevision, name: string): string {
  return `${client.endpoint}/${id}/resolve/${commit}/${encodeURIComponent(name)}`;
}

function asFile({ path, lfs, size, oid }: ListFileEntry): RemoteFile {
  const file = lfs ? { name: path, size: lfs.size, hash: lfs.oid } : { name: path, size, hash: oid ?? "" };
  const legal = lfs ? /^[0-9a-f]{64}$/ : /^[0-9a-f]{40}$/;
  if (legal.test(file.hash) && Number.isSafeInteger(file.size) && file.size >= 0) return file;
  throw new TypeError(`the file ${quote(path)} has size ${quote(file.size)} and hash ${quote(file.hash)}`);
}

/** A proxy's login page instead of JSON throws here, in the client's parser. */
async function understood<T>(client: HubClient, subject: string, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (cause) {
    if (!(cause instanceof SyntaxError || (cause instanceof TypeError && cause.cause === undefined))) throw cause;
    const { host } = new URL(client.endpoint);
    const what = quote((cause as Error).message).slice(1, -1);
    throw new HubError(
      `${subject}: ${host} does not answer as a hub does: ${what}; a login page, or a wrong HF_ENDPOINT?`,
      {
        cause,
      },
    );
  }
}
