/** The state of the page as a link, and a link as the state of the page. */
import { batch, computed, effect, signal, untracked } from "@preact/signals";
import { strings } from "../strings.ts";
import {
  CHOICES,
  dropInterventions,
  openChoices,
  openInterventions,
  openLinkedNumber,
  pageChoices,
} from "./choices.ts";
import { ask, info, model } from "./engine.ts";
import { decodeLink, describeProblems, EMBEDDING, encodeLink, type LinkState, whyNoLink } from "./link.ts";
import { isLoaded, linkedModel, loadLinked } from "./linked-model.ts";
import { readable } from "./option-words.ts";
import { replaceSampling, sampling, samplingError } from "./sampling.ts";
import { openSections } from "./sections.ts";
import { chosenHead, chosenLayer, chosenPosition } from "./selection.ts";
import {
  generated,
  isRunning,
  maxTokens,
  maxTokensEntry,
  prompt,
  restart,
  seed,
  seedEntry,
  textOpened,
  tokens,
} from "./text.ts";

/** What was wrong with the link that was opened last. */
export const linkProblem = signal<string | undefined>(undefined);

/** What a link that says nothing opens. */
const initial = {
  prompt: prompt.peek(),
  seed: seed.peek(),
  maxTokens: maxTokens.peek(),
  sampling: sampling.peek(),
};

/** All that a link has: another value whenever some of it changes. In a run, tokens do not count before it ends. */
export const linkedState = computed(() => [
  model.value,
  prompt.value,
  seed.value,
  maxTokens.value,
  sampling.value,
  isRunning.value || generated.value,
  chosenLayer.value,
  chosenHead.value,
  chosenPosition.value,
  openSections.value,
  ...CHOICES.map(({ value }) => value),
]);

/**
 * The fragment of what the page shows after all that was asked for before, without its #. Undefined if there is no text
 * yet, or its model has no name that a link could have.
 */
export async function currentLink(): Promise<string | undefined> {
  const model = linkedModel();
  if (model === undefined) return undefined;
  try {
    const { past, random, ...text } = await ask("textState", {});
    const tokens = { ...(past.length > 0 && { past }), ...(random && { random }) };
    return encodeLink({ model, ...text, ...tokens, ...pageState(), ...pageChoices() });
  } catch {
    return undefined; // there is no text
  }
}

/** What only the page knows. */
function pageState(): Pick<LinkState, "maxTokens" | "layer" | "head" | "position" | "open"> {
  const [layer, head, position] = [chosenLayer, chosenHead, chosenPosition].map(({ value }) => value);
  const open = [...openSections.value];
  return {
    maxTokens: maxTokens.value,
    ...(layer !== undefined && { layer }),
    ...(head !== undefined && { head }),
    ...(position !== undefined && { position }),
    ...(open.length > 0 && { open }),
  };
}

let pending: Promise<void> = Promise.resolve();

/** Opens the state of a fragment. What cannot be opened is said in `linkProblem`, and the rest is opened. */
export function openLink(fragment: string): Promise<void> {
  pending = open(fragment);
  return pending;
}

/** When the link that was opened last has its text; at once for one that has it. */
export const linkOpened = (): Promise<void> => pending;

let opening = 0;

async function open(fragment: string): Promise<void> {
  const mine = ++opening;
  awaited = undefined;
  const { state, problems } = decodeLink(fragment);
  const found = [...problems];
  const given = Object.keys(state).length;
  batch(() => {
    linkProblem.value = describeProblems(found, given);
    prompt.value = state.prompt ?? initial.prompt;
    seed.value = state.seed ?? initial.seed;
    maxTokens.value = state.maxTokens ?? initial.maxTokens;
    for (const { wrong } of [seedEntry, maxTokensEntry]) wrong.value = undefined;
    openSections.value = new Set(state.open);
    openChoices(state);
  });
  const add = (problem: string | readonly string[] = []) => found.push(...[problem].flat());
  const { problem, isMissing = false } = await loadLinked(state.model);
  if (mine !== opening) return;
  add(problem);
  if (isMissing) awaited = { fragment, state };
  for (const part of [dropInterventions, openSampling, openText, openSelection, openChanges, openDrawer]) {
    add(await part(isMissing ? withoutModel(state) : state));
    if (mine !== opening) return;
  }
  linkProblem.value = describeProblems(found, given - (found.length - problems.length));
}

/** A link whose model is not on this device. It is opened when that is loaded, if the text is still the link's. */
let awaited: { readonly fragment: string; readonly state: LinkState } | undefined;

effect(() => {
  if (info.value && isLoaded(awaited?.state.model ?? "")) untracked(openAwaited);
});

function openAwaited(): void {
  const { fragment, state } = awaited ?? {};
  awaited = undefined;
  if (fragment === undefined || !state || !isAsLinked(state) || generated.value.length > 0) return;
  const open = openSections.value; // they stay: the reader is in one of them
  batch(() => {
    void openLink(fragment);
    openSections.value = new Set([...openSections.value, ...open]);
  });
}

/** What another model can have of a link's state. */
function withoutModel({ prompt, seed }: LinkState): LinkState {
  return { ...(prompt !== undefined && { prompt }), ...(seed !== undefined && { seed }) };
}

/** Whether the reader has left the prompt and the seed as they are in a link. */
function isAsLinked(state: LinkState): boolean {
  return prompt.peek() === (state.prompt ?? initial.prompt) && seed.peek() === (state.seed ?? initial.seed);
}

async function openSampling(state: LinkState): Promise<string | undefined> {
  await replaceSampling(state.sampling ?? initial.sampling);
  const problem = samplingError.peek();
  if (problem === undefined) return undefined;
  await replaceSampling(initial.sampling);
  return strings.link.refused(readable(problem));
}

async function openText(state: LinkState): Promise<string | undefined> {
  if (!info.peek()) return undefined; // the model's own message says why
  const { past = [], random } = isAsLinked(state) ? state : {}; // the reader may have typed while the model was loading
  const problem = await restart(past, random);
  if (problem === undefined || past.length === 0) return undefined;
  await restart();
  return strings.link.noTokens(problem);
}

/** Layers and positions are of this model and this text. */
async function openSelection(state: LinkState): Promise<readonly string[]> {
  const { nLayer = 0, nHead = 0 } = info.peek()?.config ?? {};
  const choices = [
    ["layer", chosenLayer, EMBEDDING, nLayer], // up to the final norm
    ["head", chosenHead, 0, nHead - 1],
    ["position", chosenPosition, 0, tokens.peek().length - 1],
  ] as const;
  const wrong: string[] = [];
  batch(() => {
    for (const [name, chosen, least, most] of choices) {
      const given = state[name];
      const isThere = given === undefined || (given >= least && given <= most);
      chosen.value = isThere ? given : undefined;
      if (!isThere) wrong.push(strings.link.wrong(name, strings.link.rules.wholeNumber(least, most), `${given}`));
    }
  });
  return wrong;
}

async function openChanges(state: LinkState): Promise<string | undefined> {
  if (tokens.peek().length === 0) return undefined; // the model's or the text's own message says why
  const problem = await openInterventions(state);
  return problem === undefined ? undefined : strings.link.noInterventions(problem);
}

async function openDrawer(state: LinkState): Promise<string | undefined> {
  if (tokens.peek().length === 0) return undefined;
  const problem = await openLinkedNumber(state);
  return problem === undefined ? undefined : strings.link.noNumber(problem);
}

export type Shared =
  | { readonly outcome: "copied" }
  /** The clipboard is not available, or is refused. */
  | { readonly outcome: "link"; readonly link: string }
  | { readonly outcome: "failed"; readonly reason: string };

/** Copies a link to this very state. */
export async function share(): Promise<Shared> {
  await linkOpened();
  const disagreement = await textOpened();
  const fragment = await currentLink();
  const reason = disagreement ?? whyNoLink(fragment);
  if (reason !== undefined) return { outcome: "failed", reason };
  const link = `${location.href.replace(/#.*/s, "")}#${fragment}`;
  try {
    await navigator.clipboard.writeText(link);
    return { outcome: "copied" };
  } catch {
    return { outcome: "link", link };
  }
}
