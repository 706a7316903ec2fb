/**
 * The explorer's page: a folder of files, with the headers that let the page run threads; or a sentence where there is
 * none.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { serveStatic } from "@hono/node-server/serve-static";
import type { MiddlewareHandler } from "hono";
import { ApiError } from "./api-error.ts";

const HEADERS = {
  "Cache-Control": "no-cache",
  "Cross-Origin-Embedder-Policy": "require-corp",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Resource-Policy": "same-origin",
  "X-Content-Type-Options": "nosniff",
};

/**
 * Serves the files of a folder, or the sentence at / alone; all else is left to the next handler. The handler throws an
 * ApiError, 416, for a Range outside the file.
 */
export function pageOf(folder: string | undefined, sentence = "The server is running."): MiddlewareHandler {
  if (folder === undefined || !existsSync(join(folder, "index.html"))) {
    const html = `<!doctype html>\n<html lang="en">\n<title>tsgpt</title>\n<p>${sentence}</p>\n`;
    return async (context, next) => (context.req.path === "/" ? context.html(html) : next());
  }
  const headers = Object.entries({ ...HEADERS, ...policyOf(folder) });
  const files = serveStatic({ root: folder });
  return async (context, next) => {
    const found = await files(context, next);
    if (!(found instanceof Response)) return found;
    if (found.status === 416) throw noRange(found); // it has no body
    for (const [name, value] of headers) found.headers.set(name, value);
    return found;
  };
}

function noRange({ headers }: Response): ApiError {
  const size = headers.get("Content-Range") ?? "";
  const message = `the file has ${size.replace("bytes */", "")} bytes, and none in that Range; leave the header out`;
  return new ApiError(message, { status: 416, code: "invalid_range", headers: { "Content-Range": size } });
}

/** The page's policy, which its meta tag does not give to a worker. */
function policyOf(folder: string): Record<string, string> {
  const html = readFileSync(join(folder, "index.html"), "utf8");
  const policy = /<meta http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(html)?.[1];
  return policy === undefined ? {} : { "Content-Security-Policy": policy.replaceAll("&#39;", "'") };
}
