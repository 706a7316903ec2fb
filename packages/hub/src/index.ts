/** @tsgpt/hub: models of the Hugging Face hub by their ids: downloads, the shared cache, and its lock. Needs Node. */
export type { CachedModel } from "./cached-model.ts";
export { type FetchOptions, fetchModel, type HubEvent } from "./fetch-model.ts";
export type { Homes } from "./home-folder.ts";
export { expandHome } from "./home-folder.ts";
export type { HubErrorDetails } from "./hub-error.ts";
export { HubError } from "./hub-error.ts";
export { inspectModel, type ModelInfo } from "./model-info.ts";
export type { Need } from "./needed-files.ts";
export { planRemoval, type Removal, type RemoveOptions } from "./remove-model.ts";
export type { Repo } from "./repo.ts";
export { findRepo, isRevision, shortNames } from "./repo.ts";
export type { CachedFile, CachedSnapshot } from "./scan-cache.ts";
export { type CachedRepo, scanCache, sumOf } from "./scan-cache.ts";
export type { Environment, HubChoices, HubSettings, Proxies } from "./settings.ts";
export { hubSettings } from "./settings.ts";
