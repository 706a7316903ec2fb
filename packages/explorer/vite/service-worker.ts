/** Builds the service worker into the page's folder, as one file that does not change its name: sw.js. */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, type Plugin } from "vite";
import { type Build, MODELS } from "../src/service-worker/build.ts";

const NAME = "sw.js";
const SOURCE = fileURLToPath(new URL("../src/service-worker/service-worker.ts", import.meta.url));

/** The plugin; `policy` is the page's Content-Security-Policy. */
export function serviceWorker(policy: string): Plugin {
  return {
    name: "service-worker",
    apply: "build",
    writeBundle: {
      order: "post",
      handler: async ({ dir }) => {
        const folder = dir as string;
        writeFileSync(join(folder, NAME), await compiled(describeBuild(folder, policy)));
      },
    },
  };
}

function describeBuild(folder: string, policy: string): Build {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = entries.map(({ parentPath, name }) =>
    join(parentPath, name)
      .slice(folder.length + 1)
      .replaceAll("\\", "/"),
  );
  const files: Build["files"] = Object.fromEntries(
    paths
      .filter((path) => path !== NAME)
      .sort()
      .map((path) => [path, { integrity: integrityOf(join(folder, path)), isShell: !path.startsWith(MODELS) }]),
  );
  const version = createHash("sha256")
    .update(JSON.stringify([policy, files]))
    .digest("hex")
    .slice(0, 16);
  return { version, policy, files };
}

const integrityOf = (path: string): string =>
  `sha256-${createHash("sha256").update(readFileSync(path)).digest("base64")}`;

/** The service worker's code for this build. */
async function compiled(described: Build): Promise<string> {
  const result = await build({
    configFile: false,
    logLevel: "error",
    publicDir: false,
    define: { __BUILD__: JSON.stringify(described) },
    build: { write: false, target: "es2023", rolldownOptions: { input: SOURCE, output: { format: "iife" } } },
  });
  const [output] = [result].flat();
  if (!output || !("output" in output)) throw new Error("the service worker was not built");
  return output.output[0].code;
}
