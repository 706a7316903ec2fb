/** The distribution of the next token, and what the chain does to it; the details only while the section is open. */
import { computed, signal } from "@preact/signals";
import type { CutTokens } from "../protocol/next-token.ts";
import { strings } from "../strings.ts";
import { live } from "./live.ts";
import { samplingAsked } from "./sampling.ts";
import { openSections } from "./sections.ts";
import { end, generated, promptTokens } from "./text.ts";

/** How many of the tokens that a step cut are listed; none while its list is closed. */
export const cutTokens = signal<CutTokens>({});

const hasText = () => promptTokens.value.length > 0 && generated.value !== undefined;
const isOpen = computed(() => openSections.value.has("nextToken"));
const withChain = () => samplingAsked.value >= 0 && hasText(); // asked again for other options

const closed = live("summary", () => (!isOpen.value && withChain() ? {} : undefined));

/** Before the chain. */
export const curve = live("curve", () => (isOpen.value && hasText() ? {} : undefined));

export const chain = live("chain", () => (isOpen.value && withChain() ? { cutTokens: cutTokens.value } : undefined));

const summary = computed(() => (isOpen.value ? chain.value.value?.summary : closed.value.value));
const summaryError = computed(() => (isOpen.value ? chain.error.value : closed.error.value));

/** That no token can follow, or what the chain leaves, or why it leaves nothing. */
export const nextTokenSentence = computed(() => {
  if (end.value) return strings.ended(end.value);
  return summaryError.value ?? (summary.value && strings.nextToken.sentence(summary.value));
});
