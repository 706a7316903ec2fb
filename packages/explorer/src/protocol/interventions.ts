/** Requests of changes of the model by hand. */
import type { TextChange, Token } from "./text.ts";

/** A part of an activation: all of it, a head, a position, or a head at a position. */
interface Part {
  /** The activation's key. */
  readonly tensor: string;
  readonly head?: number | undefined;
}

/** A part of an activation that is set to zero, or takes its value in another text. */
export type Intervention =
  | (Part & { readonly type: "zero"; readonly position?: number | undefined })
  | (Part & { readonly type: "patch"; readonly position: number; readonly from: string });

/** What an intervention did to the probability of a next token. */
export interface Effect extends Token {
  readonly before: number;
  readonly after: number;
}

export interface InterventionRequests {
  /** Changes the model from now on, in this order; none undoes all, exactly. The text stays, its logits change. */
  intervene: {
    asks: { readonly interventions: readonly Intervention[] };
    reports: never;
    gives: { readonly change: TextChange };
  };
  /**
   * For each intervention in force, what it adds to those before it: the five likeliest next tokens without it and with
   * it, by their probability with it.
   */
  effects: { asks: object; reports: never; gives: { readonly effects: readonly (readonly Effect[])[] } };
}
