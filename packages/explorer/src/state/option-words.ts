/** The words for the options of the sampling: their labels, also in the engine's messages. */
import type { ChainFlags } from "@tsgpt/sampling";
import { strings } from "../strings.ts";

/** The label of an option, and what it does. */
export function optionWords(name: keyof ChainFlags): readonly [label: string, help: string] {
  return strings.nextToken.options[name];
}

const NAMES = Object.keys(strings.nextToken.options) as (keyof ChainFlags)[];

/** The engine's message with labels for names. */
export function readable(message: string): string {
  const sentence = message.replace(/^(chainOfFlags|presetChain|chain): /, "");
  return sentence.replace(/\b[a-z]+[A-Za-z]*\b/g, (word, at) => {
    const name = NAMES.find((each) => each === word);
    const isName = name !== undefined && (at === 0 || /[A-Z]/.test(word));
    return isName ? optionWords(name)[0] : word;
  });
}
