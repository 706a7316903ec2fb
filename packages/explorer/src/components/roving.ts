/**
 * Buttons that are one stop of the Tab key: arrows, Home and End move among them.
 * @see https://www.w3.org/WAI/ARIA/apg/practices/keyboard-interface/#kbd_roving_tabindex
 */
import type { RefObject } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";

/** To spread on the element that has the buttons in it. */
export interface Roving<Container extends HTMLElement> {
  readonly ref: RefObject<Container | null>;
  readonly onKeyDown: (event: KeyboardEvent) => void;
  readonly onFocusIn: (event: FocusEvent) => void;
}

export function useRoving<Container extends HTMLElement>(): Roving<Container> {
  const ref = useRef<Container>(null);
  const stop = useRef<Element | null>(null);
  const buttons = () => [...(ref.current?.querySelectorAll("button") ?? [])];
  useLayoutEffect(() => {
    const all = buttons();
    if (!all.some((button) => button === stop.current)) stop.current = all[0] ?? null;
    for (const button of all) button.tabIndex = button === stop.current ? 0 : -1;
  });
  const onKeyDown = (event: KeyboardEvent) => {
    const all = buttons();
    const to = moved(event.key, all.indexOf(event.target as HTMLButtonElement), all.length);
    if (to === undefined) return;
    event.preventDefault();
    all[to]?.focus();
  };
  const onFocusIn = ({ target }: FocusEvent) => {
    stop.current = target as Element;
    for (const button of buttons()) button.tabIndex = button === target ? 0 : -1;
  };
  return { ref, onKeyDown, onFocusIn };
}

const FORWARD = ["ArrowRight", "ArrowDown"];
const BACKWARD = ["ArrowLeft", "ArrowUp"];

/** The index that a key leads to from another; undefined for another key. */
function moved(key: string, from: number, count: number): number | undefined {
  if (FORWARD.includes(key)) return Math.min(from + 1, count - 1);
  if (BACKWARD.includes(key)) return Math.max(from - 1, 0);
  return key === "Home" ? 0 : key === "End" ? count - 1 : undefined;
}
