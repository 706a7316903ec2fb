/** Fixtures as texts, and what is compared with them. */
import { readBytes } from "./fixture-files.ts";

/** The text of a file among the fixtures. */
export async function fixtureText(name: string): Promise<string> {
  return new TextDecoder().decode(await readBytes(`packages/train/test/fixtures/${name}`));
}

export async function sha256(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
