/** The keyboard's focus, which goes back to where it was when a panel closes. */

/** Remembers what has the focus; the result gives it back, or to the heading of its section where it is gone. */
export function rememberFocus(): () => void {
  const element = document.activeElement;
  const heading = element?.closest("details")?.closest("section")?.querySelector("summary");
  return () => {
    const target = [element, heading].find((one) => one?.isConnected);
    if (target instanceof HTMLElement) target.focus();
  };
}
