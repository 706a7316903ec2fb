/** The keyboard's focus, which goes back to where it was when a panel closes. */

/** Remembers what has the focus; the result gives it back. */
export function rememberFocus(): () => void {
  const element = document.activeElement;
  return () => {
    if (element instanceof HTMLElement) element.focus();
  };
}
