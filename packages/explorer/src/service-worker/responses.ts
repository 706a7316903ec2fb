/** Responses of the page's files: what is kept of one, and the headers that every one is given. */
import type { Build } from "./build.ts";

/** What isolates a page, so that its threads may share memory. */
const ISOLATION = {
  "Cross-Origin-Embedder-Policy": "require-corp",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Resource-Policy": "same-origin",
} as const;

/** With the headers of isolation, and the page's policy, which a meta tag does not give to a worker. */
export function withHeaders(response: Response, { policy }: Pick<Build, "policy">): Response {
  const { body, status, statusText } = response;
  if (status === 0) return response; // an error
  const headers = new Headers(response.headers);
  for (const [name, value] of Object.entries(ISOLATION)) headers.set(name, value);
  headers.set("Content-Security-Policy", policy);
  return new Response(body, { status, statusText, headers });
}

/** A response to keep: a new one, because a page may not be answered by one that was redirected. */
export function keptResponse(bytes: ArrayBuffer, { headers }: Response): Response {
  const type = headers.get("Content-Type") ?? "application/octet-stream";
  return new Response(bytes, { headers: { "Content-Type": type, "Content-Length": String(bytes.byteLength) } });
}

/** Whether these are the bytes of which that is the integrity. */
export async function haveIntegrity(bytes: ArrayBuffer, integrity: string): Promise<boolean> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return integrity === `sha256-${btoa(String.fromCharCode(...digest))}`;
}
