/** A link to this very state, and files of its numbers. */
import { strings } from "../../strings.ts";

export function ShareAndExport() {
  return <section aria-label={strings.shareAndExport.heading} />;
}
