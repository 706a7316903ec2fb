// @ts-check
/** For the snippets of the documents, which run without a network: fetch finds https://example.com/models/ in weights/. */
import { readFile } from "node:fs/promises";

const MODELS = "https://example.com/models/";

globalThis.fetch = async (input) => {
  const path = String(input);
  if (!path.startsWith(MODELS)) throw new TypeError(`the snippets have no network, and ask for ${path}`);
  const bytes = await readFile(`weights/${path.slice(MODELS.length)}`).catch(() => undefined);
  if (!bytes) return new Response(null, { status: 404 });
  return new Response(new Uint8Array(bytes), { headers: { "content-length": `${bytes.length}` } });
};
