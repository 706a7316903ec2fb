/** A button that keeps the keyboard's focus while it is unavailable, as a disabled one would not. */
import type { ComponentChildren } from "preact";

export interface ActionButtonProps {
  readonly isAvailable: boolean;
  readonly action: () => void;
  /** Its name, where its text is not enough; begins with the text. */
  readonly label?: string;
  readonly children: ComponentChildren;
}

export function ActionButton({ isAvailable, action, label, children }: ActionButtonProps) {
  return (
    <button type="button" aria-disabled={!isAvailable} aria-label={label} onClick={() => isAvailable && action()}>
      {children}
    </button>
  );
}
