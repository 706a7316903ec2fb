/** The keyboard's focus, which goes back to where it was when a panel closes. */

/** Remembers what has the focus; the result gives it back, or to the heading of its section where it is gone. */
export function rememberFocus(): () => void {
  const element = document.activeElement;
  const heading = headingOf(element);
  return () => {
    const target = [element, heading].find((one) => one?.isConnected);
    if (target instanceof HTMLElement) target.focus();
  };
}

/** Gives the focus of what is about to go to its section's heading, or the drawer's. */
export function focusHeading(element: Element): void {
  (headingOf(element) ?? element.closest("aside")?.querySelector("h2"))?.focus();
}

function headingOf(element: Element | null): HTMLElement | null | undefined {
  return element?.closest("section:has(> details)")?.querySelector("summary");
}
