/** Values in a link: how each is written, read and explained. */
import { strings } from "../strings.ts";

export interface LinkValue<Value> {
  /** What a value must be, for messages. */
  readonly rule: string;
  write(value: Value): string;
  /** Undefined for a text that is none. */
  read(text: string): Value | undefined;
}

export interface LinkKey<Value> extends LinkValue<Value> {
  readonly key: string;
}

export const INTEGER = /^\d{1,16}$/;
const SIGNED = /^-?\d{1,16}$/;
const NUMBER = /^-?\d{1,21}(\.\d{1,30})?(e[+-]?\d{1,3})?$/i;

export const linkKey = <Value>(key: string, value: LinkValue<Value>): LinkKey<Value> => ({ key, ...value });

export function wholeNumber(least: number, most: number): LinkValue<number> {
  return {
    rule: strings.link.rules.wholeNumber(least, most),
    write: String,
    read: (text) => {
      const number = SIGNED.test(text) ? Number(text) : Number.NaN;
      return number >= least && number <= most ? number + 0 : undefined; // no -0
    },
  };
}

export const number: LinkValue<number> = {
  rule: strings.link.rules.number,
  write: String,
  read: (text) => (NUMBER.test(text) && Number.isFinite(Number(text)) ? Number(text) : undefined),
};

export function oneOf<const Word extends string>(words: readonly Word[]): LinkValue<Word> {
  return { rule: strings.link.rules.words(words), write: String, read: (text) => words.find((word) => word === text) };
}
