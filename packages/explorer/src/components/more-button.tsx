/** Shows more of the list before it. When all is shown it goes, and its focus to the list. */
import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { focusHeading } from "../state/focus.ts";

export interface MoreButtonProps {
  readonly action: () => void;
  readonly children: ComponentChildren;
}

export function MoreButton({ action, children }: MoreButtonProps) {
  const ref = useRef<HTMLButtonElement>(null);
  useLayoutEffect(() => {
    const button = ref.current;
    return () => {
      if (button && document.activeElement === button) leave(button);
    };
  }, []);
  return (
    <button ref={ref} type="button" onClick={action}>
      {children}
    </button>
  );
}

/** To what is before it: the last number there, or a list that can have the focus. */
function leave(button: HTMLElement): void {
  const list = button.previousElementSibling;
  const target = [...(list?.querySelectorAll("button") ?? [])].at(-1) ?? list;
  if (target instanceof HTMLElement) target.focus();
  if (document.activeElement === button) focusHeading(button);
}
