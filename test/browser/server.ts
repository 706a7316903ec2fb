/**
 * Vite serving the sources to a browser, as vitest does to Node: "@tsgpt/source" leads to a package's src, and "#host" to its
 * browser half. Two pages: /isolated, whose threads may share memory, and /not-isolated, whose threads may not.
 */
import type { OutgoingHttpHeaders, ServerResponse } from "node:http";
import { fileURLToPath } from "node:url";
import { createServer, type Plugin, type ViteDevServer } from "vite";

const root = fileURLToPath(new URL("../../", import.meta.url));
const file = (path: string) => fileURLToPath(new URL(path, import.meta.url));

const SAME_OPENER = { "Cross-Origin-Opener-Policy": "same-origin" };
const SAME_EMBEDDER = { "Cross-Origin-Embedder-Policy": "require-corp" }; // a worker of an isolated page has to say so too
const PAGE = `<!doctype html><title>tests</title><link rel="icon" href="data:,"><script type="module" src="/test/browser/page.ts"></script>`;

const pages: Plugin = {
  name: "pages",
  configureServer: ({ middlewares }) => {
    middlewares.use(({ url }, response, next) => {
      if (url === "/isolated") send(response, { ...SAME_OPENER, ...SAME_EMBEDDER });
      else if (url === "/not-isolated") send(response, {});
      else {
        if (url === "/test/browser/worker.ts?strict")
          response.setHeader("Content-Security-Policy", "worker-src 'self'");
        next();
      }
    });
  },
};

const send = (response: ServerResponse, headers: OutgoingHttpHeaders) =>
  response.writeHead(200, { "Content-Type": "text/html", ...headers }).end(PAGE);

/** Starts the server on a free port of this machine. */
export async function serveSources(): Promise<{ url: string; server: ViteDevServer }> {
  const server = await createServer({
    configFile: false,
    root,
    appType: "custom",
    logLevel: "error",
    plugins: [pages],
    resolve: {
      conditions: ["@tsgpt/source", "browser", "import", "default"],
      alias: [
        { find: "vitest", replacement: file("vitest.ts") },
        {
          find: /^(\.|\.\.\/\.\.\/gpt\/test)\/fixture-files\.ts$/,
          replacement: file("../../packages/gpt/test/fixture-files.browser.ts"),
        },
      ],
    },
    define: { "import.meta.env.TSGPT_FULL": JSON.stringify(process.env["TSGPT_FULL"] ?? "") },
    optimizeDeps: { noDiscovery: true },
    server: {
      host: "127.0.0.1",
      port: 0,
      hmr: false,
      watch: null,
      headers: SAME_EMBEDDER,
    },
  });
  await server.listen();
  return { url: server.resolvedUrls?.local[0] as string, server };
}
