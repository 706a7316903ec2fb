/** The origins whose pages may use a server. */
import { isOrigin } from "@tsgpt/serve";
import { InvalidArgumentError } from "commander";

/** Collects origins; what no browser sends as one would be ignored, so it is refused. */
export function gatherOrigins(text: string, before: readonly string[] = []): string[] {
  if (isOrigin(text)) return [...before, text];
  throw new InvalidArgumentError(
    'must be an origin such as http://localhost:3000, without a path or a slash at its end, or "*" for all',
  );
}
