/** Requests of sharing and exporting: the text as a link names it, and files of its numbers. */
import type { SamplerState } from "@tsgpt/sampling";
import type { PastToken, Sampling } from "./text.ts";

/** What can be exported, in the order of the menu. */
export const EXPORTS = ["state", "distribution", "scores", "trace", "picture"] as const;
export type Exported = (typeof EXPORTS)[number];

/** Everything that opens the same text again. */
export interface TextState {
  readonly prompt: string;
  readonly seed: number;
  readonly sampling: Sampling;
  readonly past: readonly PastToken[];
  /** The sampler's state, if it does not follow from the rest: the sampling or the model has been changed. */
  readonly random: SamplerState | undefined;
}

export interface ExportRequests {
  /** The text with all of the changes that were asked for before. */
  textState: { asks: object; reports: never; gives: TextState };
  /** A file of what the text is after all of the changes that were asked for before. Reports how much of 1 is done. */
  export: {
    asks: {
      readonly what: Exported;
      /** Those of "scores": texts A and B; undefined is the page's own text, which is also the default. */
      readonly texts?: readonly (string | undefined)[];
      /** What "state" says of the page beyond the text; nothing by default. */
      readonly page?: Readonly<Record<string, unknown>>;
    };
    reports: number;
    gives: { readonly file: Blob };
  };
}
