/**
 * A model's files, wherever they are: at a URL, in a folder that was picked, on the hub, or kept. Each can be inspected
 * without its weights, and then loaded.
 */
import { type InspectedModel, inspectSource, type ModelSource } from "@tsgpt/gpt";
import { findRepo, HubError, inspectRemote, isRevision, remoteRevision } from "@tsgpt/hub/remote";
import type { HubRevision, LoadProgress, ModelOffer, ModelPlace, PickedFile } from "../../protocol/model.ts";
import {
  bytesThere,
  findKept,
  neededFiles,
  type RemoteModelFiles,
  readKept,
  requireKept,
  withFetched,
} from "./fetch-model.ts";
import { connectHub, hubAddress } from "./hub-client.ts";
import { modelFiles, withKeptFiles } from "./keep-files.ts";
import type { KeptRecord } from "./storage.ts";

/** Files that can be read, and what is worth knowing of where they are. */
export interface OpenedFiles {
  readonly files: ModelSource;
  readonly note: string | undefined;
}

export interface Source {
  /** By default, the name of its folder. */
  readonly name: string | undefined;
  /** Of a model of the hub, also of a kept one. */
  readonly hub: HubRevision | undefined;
  /** What it is; its weights are not read. */
  inspect(): Promise<InspectedModel>;
  readonly download: ModelOffer["download"];
  /** Passes the model's files to `use`, after downloading them if they are on the hub. */
  withFiles<Result>(
    report: (progress: LoadProgress) => void,
    use: (opened: OpenedFiles) => Promise<Result>,
  ): Promise<Result>;
}

/** Finds a model. @throws an error in one sentence: those of loadModel, and HubError */
export async function findSource(place: ModelPlace, signal: AbortSignal): Promise<Source> {
  if ("url" in place) return localSource(place.url, undefined, signal);
  if ("files" in place) return pickedSource(place, signal);
  if ("kept" in place) return keptSource(await requireKept(place.kept), signal);
  const id = findRepo(place.hub)?.id;
  if (id === undefined) throw new HubError(`${JSON.stringify(place.hub)} is not a model id: use org/name, or gpt2`);
  if (!isRevision(place.revision)) {
    throw new HubError(`revision ${JSON.stringify(place.revision)} is not a valid name of a branch, tag or commit`);
  }
  const kept = await findKept(id, place.revision);
  return kept ? keptSource(kept, signal) : hubSource(id, place.revision, signal);
}

/** A File that has crossed over to a worker has lost its path. */
function withPath({ path, file }: PickedFile): File {
  return Object.defineProperty(new File([file], file.name), "webkitRelativePath", { value: path });
}

function localSource(files: ModelSource, name: string | undefined, signal: AbortSignal): Source {
  return {
    name,
    hub: undefined,
    inspect: () => inspectSource(files, signal),
    download: undefined,
    withFiles: (_, use) => use({ files, note: undefined }),
  };
}

async function keptSource(record: KeptRecord, signal: AbortSignal): Promise<Source> {
  const { id, revision, commit } = record;
  const hub = revision === undefined || commit === undefined ? undefined : { revision, commit };
  return { ...localSource(await readKept(record), id, signal), hub };
}

/** A folder that was picked; if it is to be kept, its files are copied first. */
function pickedSource({ files, keep = false }: Extract<ModelPlace, { files: unknown }>, signal: AbortSignal): Source {
  const list = files.map(withPath);
  const source = localSource(list, undefined, signal);
  if (!keep) return source;
  return {
    ...source,
    withFiles: async (report, use) => {
      const { name, weights } = await source.inspect();
      const onProgress = (loaded: number, total: number) => report({ stage: "keep", loaded, total });
      const files = modelFiles(list, weights);
      return withKeptFiles(name, files, { onProgress, signal }, (note) => use({ files: list, note }));
    },
  };
}

async function hubSource(id: string, revision: string, signal: AbortSignal): Promise<Source> {
  const asking = connectHub(hubAddress(), { signal });
  const remote = await remoteRevision(asking, id, revision);
  const found = await inspectRemote(asking, remote);
  const weights = found.weights.map(({ name }) => name);
  const model: RemoteModelFiles = { remote, revision, files: neededFiles(remote, found) };
  const total = model.files.reduce((sum, { size }) => sum + size, 0);
  return {
    name: id,
    hub: { revision, commit: remote.commit },
    inspect: async () => ({ name: id, config: found.config, summary: found.summary, weights }),
    download: { total, there: await bytesThere(model) },
    withFiles: (report, use) => {
      let loaded = 0;
      const onRetry = (retry: string) => report({ stage: "download", loaded, total, retry });
      const onProgress = (bytes: number) => {
        loaded = bytes;
        report({ stage: "download", loaded, total });
      };
      return withFetched(connectHub(hubAddress(), { signal, onRetry }), model, onProgress, ({ read, problem }) =>
        use({ files: read, note: problem }),
      );
    },
  };
}
