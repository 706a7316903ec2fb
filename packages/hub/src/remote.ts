/**
 * @tsgpt/hub/remote: what the hub has, and receiving it, without anything of Node: where the bytes come from and where
 * they are kept is the caller's. The package's main entry is made of it; a web page uses it as it is.
 */
export type { HubClient } from "./hub-client.ts";
export { HubError } from "./hub-error.ts";
export { tokenizerFiles } from "./needed-files.ts";
export { hashPrefix, type Part, type Receiving, receive, type Wanted, wrongHash } from "./receive.ts";
export { type Refused, statusError } from "./refusals.ts";
export { fileUrl, type RemoteFile, type RemoteRevision, remoteRevision } from "./remote-files.ts";
export { inspectRemote, type RemoteModel } from "./remote-model.ts";
export { findRepo, isRevision } from "./repo.ts";
export { type RetryOptions, withRetries } from "./retry.ts";
