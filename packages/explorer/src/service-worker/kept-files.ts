/**
 * The page's files in the browser's cache: those of one build together, so that old and new are never mixed. A file is
 * kept only if it has the digest that the build says.
 */
import { type Build, type BuiltFile, MODELS } from "./build.ts";
import { haveIntegrity, keptResponse } from "./responses.ts";

/** Where the page is, and what its files are. */
export interface Site {
  /** The URL of the page's folder. */
  readonly scope: string;
  readonly build: Build;
}

/** The path of one of the page's files, or of what would be a file of its models; undefined for any other URL. */
export function pathOf({ scope, build }: Site, url: string): string | undefined {
  const address = url.replace(/[?#].*$/s, "");
  if (!address.startsWith(scope)) return undefined;
  const path = address.slice(scope.length) || "index.html";
  return Object.hasOwn(build.files, path) || path.startsWith(MODELS) ? path : undefined;
}

/** Keeps the shell, and what is the same as in a build before. @throws Error if a file is not of this build */
export async function keepShell(site: Site): Promise<void> {
  const older = await olderCaches(site);
  const cache = await caches.open(nameOf(site));
  const paths = Object.keys(site.build.files);
  await Promise.all(
    paths.map(async (path) => {
      const file = site.build.files[path] as BuiltFile;
      const url = site.scope + path;
      const kept = (await keptIn(older, url, file)) ?? (file.isShell ? await fetched(url, file) : undefined);
      if (kept) await cache.put(url, kept);
    }),
  );
}

/** Deletes the files of other builds. */
export async function deleteOlder(site: Site): Promise<void> {
  for (const name of await olderNames(site)) await caches.delete(name);
}

export async function keptFile(site: Site, path: string): Promise<Response | undefined> {
  return (await caches.open(nameOf(site))).match(site.scope + path);
}

/** Keeps a file that the page is loading, once all of it has arrived. Nothing is kept where there is no room. */
export async function keepFile(site: Site, path: string, response: Response): Promise<void> {
  const bytes = await response.arrayBuffer();
  if (!(await haveIntegrity(bytes, (site.build.files[path] as BuiltFile).integrity))) return;
  await (await caches.open(nameOf(site))).put(site.scope + path, keptResponse(bytes, response));
}

/** The browser's cache of HTTP may have the file of another build, so the server is asked whether it is current. */
async function fetched(url: string, { integrity }: BuiltFile): Promise<Response> {
  const response = await fetch(url, { cache: "no-cache", integrity });
  if (!response.ok) throw new Error(`${url}: ${response.status}`);
  return keptResponse(await response.arrayBuffer(), response);
}

async function keptIn(older: readonly Cache[], url: string, { integrity }: BuiltFile): Promise<Response | undefined> {
  for (const cache of older) {
    const response = await cache.match(url);
    if (!response) continue;
    const bytes = await response.arrayBuffer();
    if (await haveIntegrity(bytes, integrity)) return keptResponse(bytes, response);
  }
  return undefined;
}

/** Of this page alone: an origin may have several. */
const prefixOf = ({ scope }: Site): string => `tsgpt-explorer ${scope} `;
const nameOf = (site: Site): string => prefixOf(site) + site.build.version;

async function olderNames(site: Site): Promise<string[]> {
  const names = await caches.keys();
  return names.filter((name) => name.startsWith(prefixOf(site)) && name !== nameOf(site));
}

async function olderCaches(site: Site): Promise<Cache[]> {
  return Promise.all((await olderNames(site)).map((name) => caches.open(name)));
}
