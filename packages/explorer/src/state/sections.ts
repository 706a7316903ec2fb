/** Which sections are open. */
import { signal } from "@preact/signals";

/** The sections below the text, from top to bottom. */
export const SECTIONS = ["map", "block", "nextToken", "cache", "texts", "interventions", "model"] as const;
export type SectionName = (typeof SECTIONS)[number];

export const openSections = signal<ReadonlySet<SectionName>>(new Set());

export function setOpen(name: SectionName, isOpen: boolean): void {
  if (openSections.peek().has(name) === isOpen) return;
  const next = new Set(openSections.peek());
  if (isOpen) next.add(name);
  else next.delete(name);
  openSections.value = next;
}
