/**
 * What the page and its worker send to one another: requests with an id, which are answered once and may be cancelled.
 * A request may report progress. All progress, and in a run or a race also what other requests result in, is in one
 * message a frame. Large results are transferred. The requests of each section are in a file of their own in protocol/.
 */
import type { CacheRequests } from "./protocol/cache.ts";
import type { ExportRequests } from "./protocol/export.ts";
import type { InsideRequests } from "./protocol/inside.ts";
import type { InterventionRequests } from "./protocol/interventions.ts";
import type { MapRequests } from "./protocol/map.ts";
import type { ModelRequests } from "./protocol/model.ts";
import type { NextTokenRequests } from "./protocol/next-token.ts";
import type { TextRequests } from "./protocol/text.ts";
import type { TextsRequests } from "./protocol/texts.ts";

/** Every request: what it asks, what it reports on the way, and what it results in. */
export interface Requests
  extends ModelRequests,
    TextRequests,
    MapRequests,
    NextTokenRequests,
    CacheRequests,
    InsideRequests,
    InterventionRequests,
    TextsRequests,
    ExportRequests {}

export type RequestType = keyof Requests;

export type ToWorker =
  | {
      [Type in RequestType]: { readonly type: Type; readonly request: number; readonly asks: Requests[Type]["asks"] };
    }[RequestType]
  | { readonly type: "cancel"; readonly request: number };

export type FromWorker =
  | { readonly type: "progress"; readonly request: number; readonly value: unknown }
  | { readonly type: "result"; readonly request: number; readonly value: unknown }
  | { readonly type: "error"; readonly request: number; readonly name: string; readonly message: string };
