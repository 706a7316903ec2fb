/** Requests of changes of the model by hand. */
import type { LikelyToken, TextChange } from "./text.ts";

/** A part of an activation that is set to zero, or takes its value in another text. */
export interface Intervention {
  readonly type: "zero" | "patch";
  /** The activation's key. */
  readonly tensor: string;
  readonly head?: number | undefined;
  readonly position?: number | undefined;
}

export interface InterventionRequests {
  /**
   * Changes the model from now on, in this order; none undoes everything, exactly. The text stays, its logits change.
   * `other` is the text that patches take their values from.
   */
  intervene: {
    asks: { readonly interventions: readonly Intervention[]; readonly other: string };
    reports: never;
    gives: {
      readonly change: TextChange;
      /** The likeliest tokens without an intervention, then after each of them. */
      readonly likeliest: readonly (readonly LikelyToken[])[];
    };
  };
}
