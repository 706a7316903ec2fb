/** The option and flag that all penalties share: which part of the text they count. */
import { type Scope, scopeKind } from "../parameter.ts";
import type { Flag, OptionDefinition } from "../step.ts";

export interface ScopeOption {
  /** For all penalties; default: the dialect's, and the whole text for n-grams and DRY. */
  readonly penaltyScope?: Scope;
}

/** Its definition for a step that one of `options` asks for. */
export function scopeOption(...options: readonly string[]): { readonly penaltyScope: OptionDefinition<Scope> } {
  return { penaltyScope: { check: scopeKind, needs: options } };
}

export const scopeFlag: { readonly penaltyScope: Flag<ScopeOption["penaltyScope"]> } = {
  penaltyScope: {
    takes: { kind: "scope" },
  },
};
