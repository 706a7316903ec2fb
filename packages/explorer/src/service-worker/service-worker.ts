/**
 * The service worker: answers requests for the page's own files, with the headers that isolate the page, and without a
 * network once they are kept. All other requests, of other hosts too, go past it. A new build takes over when no page
 * of the one before is open, or when the only one asks for it.
 * @see https://developer.mozilla.org/docs/Web/API/Window/crossOriginIsolated for the headers
 */
import type { Build } from "./build.ts";
import { deleteOlder, keepFile, keepShell, keptFile, pathOf, type Site } from "./kept-files.ts";
import { TAKE_OVER } from "./messages.ts";
import { withHeaders } from "./responses.ts";

declare const self: ServiceWorkerGlobalScope;
/** Written by the build. */
declare const __BUILD__: Build;

const site: Site = { scope: self.registration.scope, build: __BUILD__ };

self.addEventListener("install", (event) => event.waitUntil(keepShell(site)));

self.addEventListener("activate", (event) => event.waitUntil(deleteOlder(site).then(() => self.clients.claim())));

self.addEventListener("message", (event) => {
  if (event.data === TAKE_OVER) event.waitUntil(takeOverIfAlone(event.ports[0]));
});

self.addEventListener("fetch", (event) => {
  const path = event.request.method === "GET" ? pathOf(site, event.request.url) : undefined;
  if (path !== undefined) event.respondWith(answer(event, path));
});

/** A model has optional files; without a network, too, those that it does not have are not found. */
const notFound = () => new Response(null, { status: 404 });

/** All of the file, also to a request for a range, as a server may: so it can be kept when it has passed. */
async function answer(event: FetchEvent, path: string): Promise<Response> {
  if (!Object.hasOwn(site.build.files, path)) return notFound();
  const kept = await keptFile(site, path);
  if (kept) return withHeaders(kept, site.build);
  const response = await fetch(site.scope + path, { cache: "no-cache", signal: event.request.signal });
  if (response.ok) event.waitUntil(keepFile(site, path, response.clone()).catch(() => {}));
  return withHeaders(response, site.build);
}

/** Answers before it does, because then it has another state. */
async function takeOverIfAlone(port: MessagePort | undefined): Promise<void> {
  const windows = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const isAlone = windows.filter(({ url }) => url.startsWith(site.scope)).length <= 1;
  port?.postMessage(isAlone);
  if (isAlone) await self.skipWaiting();
}
