/** The options of `presetChain` and the flags of a command line, as the steps declare them: their types. */
import type { AnyStep } from "../spec.ts";
import type { StepDefinition } from "../step.ts";

type OptionsOf<T> = T extends StepDefinition<infer _S, infer O, infer _F> ? O : never;
type FlagsOf<T> = T extends StepDefinition<infer _S, infer _O, infer F> ? F : never;
type Intersection<U> = (U extends unknown ? (each: U) => void : never) extends (all: infer I) => void ? I : never;
type Optional<T> = { readonly [K in keyof T]?: T[K] | undefined };

/** The options of a chain, one number or list each; an omitted one is off, or has the preset's default. */
export type ChainOptions = Optional<Intersection<OptionsOf<AnyStep>>>;

/** The same as flags of a command line. */
export type ChainFlags = Optional<Intersection<FlagsOf<AnyStep>>>;
