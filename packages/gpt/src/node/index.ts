/** What needs Node: models and checkpoints in folders, models of the hub and their cache, and files of tensors. */
export { convertModel } from "./convert-model.ts";
export { type FileSource, fileSource } from "./file-source.ts";
export { expandHome } from "./home-folder.ts";
export type { CachedModel } from "./hub/cached-model.ts";
export { type FetchOptions, fetchModel, type HubEvent } from "./hub/fetch-model.ts";
export { HubError } from "./hub/hub-error.ts";
export type { Need } from "./hub/model-files.ts";
export { inspectFolder, inspectModel, type ModelInfo } from "./hub/model-info.ts";
export { planRemoval, type Removal, type RemoveOptions } from "./hub/remove-model.ts";
export { findRepo, isRevision, shortNames } from "./hub/repo.ts";
export { type CachedRepo, type CachedSnapshot, scanCache, sumOf } from "./hub/scan-cache.ts";
export { type HubChoices, hubSettings } from "./hub/settings.ts";
export { type LoadModelOptions, loadConfig, loadFolderTokenizer, loadModel } from "./load-model.ts";
export { describeMachine, type Machine, machine } from "./machine.ts";
export { type OpenCheckpoint, openCheckpoint } from "./open-checkpoint.ts";
export { idleBytes, peakBytes } from "./process-memory.ts";
export { type RandomModelOptions, writeRandomModel } from "./write-random-model.ts";
export { writeSafetensorsFile } from "./write-safetensors-file.ts";
