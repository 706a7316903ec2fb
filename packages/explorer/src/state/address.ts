/**
 * The page's address follows its state, so that a reload, a bookmark and the browser's Back have it. Other generated
 * tokens and other interventions are a new entry of the history: the browser's Back undoes a Next, a chosen token, a
 * whole run, a Back, or an intervention. Everything else changes the entry that is there. Browsers limit how often, so
 * changes in quick succession become one.
 */
import { effect } from "@preact/signals";
import { decodeLink, LONGEST_LINK } from "./link.ts";
import { isUnnamed } from "./linked-model.ts";
import { currentLink, linkedState, linkProblem, openLink } from "./share.ts";
import { disagreement, isRunning } from "./text.ts";

/** Milliseconds between changes of the address: Safari allows 100 in 30 seconds, Chromium 200. */
const LEAST = 400;

/** The fragment of the state that the address has, also where that was written in another way. */
let known: string | undefined;
let isOpening = false;
let lastWrite = 0;
let isScheduled = false;

/** Opens what the address says, now and whenever the reader changes it, and keeps it up to date. */
export async function followAddress(): Promise<void> {
  addEventListener("hashchange", () => {
    if (location.hash.slice(1) !== known) void openAddress();
  });
  await openAddress();
  effect(() => {
    void linkedState.value;
    void disagreement.value;
    if (!isRunning.value) schedule();
  });
}

let openings = 0;

async function openAddress(): Promise<void> {
  const mine = ++openings;
  isOpening = true;
  await openLink(location.hash);
  const link = await currentLink();
  if (mine !== openings) return;
  known = link;
  isOpening = false;
}

function schedule(): void {
  if (isScheduled) return;
  isScheduled = true;
  setTimeout(() => void write(), Math.max(0, lastWrite + LEAST - Date.now()));
}

async function write(): Promise<void> {
  isScheduled = false;
  const during = openings;
  const link = await currentLink();
  if (isOpening || during !== openings || isRunning.peek() || disagreement.peek() !== undefined) return;
  if (link === undefined && isUnnamed()) return clear();
  if (link === undefined || link === known || link.length > LONGEST_LINK) return;
  lastWrite = Date.now();
  const isStep = stepOf(link) !== stepOf(known ?? "");
  history[isStep ? "pushState" : "replaceState"](null, "", `#${link}`);
  known = link;
  linkProblem.value = undefined;
}

/** Of a model without a name: a reload then opens the page as it starts, and not the text of the model before. */
function clear(): void {
  if (location.hash !== "") history.replaceState(null, "", location.pathname + location.search);
  known = "";
  linkProblem.value = undefined;
}

/** What makes an entry of the history. */
function stepOf(link: string): string {
  const { past = [], interventions = [] } = decodeLink(link).state;
  return JSON.stringify([past, interventions]);
}
