/** The options of `presetChain` and the flags of a command line, as the steps declare them: their types. */
import type { AnyStep } from "../spec.ts";

type OptionsOf<T> = T extends { readonly declares?: { readonly options: infer O } } ? O : never;
type FlagsOf<T> = T extends { readonly declares?: { readonly flags: infer F } } ? F : never;
type Intersection<U> = (U extends unknown ? (each: U) => void : never) extends (all: infer I) => void ? I : never;
type Optional<T> = { readonly [K in keyof T]?: T[K] | undefined };

/** The options of a chain, one number or list each; an omitted one is off, or has the preset's default. */
export interface ChainOptions extends Optional<Intersection<OptionsOf<AnyStep>>> {}

/** The same as flags of a command line. */
export interface ChainFlags extends Optional<Intersection<FlagsOf<AnyStep>>> {}

/** The flags that take texts, which need a tokenizer: flag-texts.ts says how each becomes options. */
export type TextFlag = TextsOf<ChainFlags>;

/** The names of the flags whose values are texts. */
export type TextsOf<F> = { [N in keyof F]-?: NonNullable<F[N]> extends readonly string[] ? N : never }[keyof F];
