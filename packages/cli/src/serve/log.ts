/** The log of a server on stderr: a line for each response, and prompts only if they are asked for. */
import type { ResponseReport } from "@tsgpt/serve";

/** `POST /v1/completions 200 0.123 s`; the query is left out, as it may hold what is private. */
export function responseLine({ method, path, status, seconds, left }: ResponseReport): string {
  const shown = /^[\x21-\x7e]{1,200}$/.test(path) ? path : withoutControls(JSON.stringify(path.slice(0, 200)));
  return `${method} ${shown} ${status} ${seconds.toFixed(3)} s${left ? ", the client left" : ""}\n`;
}

/** A prompt as one line of JSON. */
export function promptLine(text: string): string {
  return `prompt: ${withoutControls(JSON.stringify(text))}\n`;
}

function withoutControls(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]/gu, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
