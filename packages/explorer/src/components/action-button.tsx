/** A button that keeps the keyboard's focus while it is unavailable, as a disabled one would not. */
import type { ComponentChildren } from "preact";

export interface ActionButtonProps {
  readonly isAvailable: boolean;
  readonly action: () => void;
  /** Its name, where its text is not enough; begins with the text. */
  readonly "aria-label"?: string;
  readonly tabIndex?: number;
  readonly onFocus?: () => void;
  readonly children: ComponentChildren;
}

export function ActionButton({ isAvailable, action, children, ...attributes }: ActionButtonProps) {
  return (
    <button type="button" aria-disabled={!isAvailable} onClick={() => isAvailable && action()} {...attributes}>
      {children}
    </button>
  );
}
