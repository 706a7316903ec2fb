/** A shell for the commands of the documents: in a folder that looks like the repository's root, with a hub on loopback. */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { cleanEnvironment } from "../../packages/cli/test/clean-environment.ts";
import { type LocalHub, startHub } from "../../packages/hub/test/local-hub.ts";
import { STAND_INS } from "./commands.ts";
import { root } from "./documents.ts";

export interface Shell {
  /** Runs what a document says, and gives what it prints. @throws Error with the output unless the exit code is 0 */
  run(code: string, document: string): Promise<string>;
  /** Starts it on a terminal of its own, whose keys are the process's stdin and whose screen is its stdout. */
  onTerminal(code: string, document: string): ChildProcess;
  close(): Promise<void>;
}

const ARMS = Object.entries(STAND_INS).map(([script, { run }]) => `  ${script}) ${run};;`);
const RUN_SCRIPT = `
script=$1; shift
case "$script" in
${ARMS.join("\n")}
  *) echo "no stand-in for the script $script" >&2; exit 90;;
esac
`;
const PROGRAMS: Readonly<Record<string, string>> = {
  npx: `[ "$1 $2" = "-y pnpm@12" ] || { echo "documents say npx -y pnpm@12, got npx $*" >&2; exit 90; }
shift 2
[ "$1" = "--silent" ] && shift
${RUN_SCRIPT}`,
  npm: `[ "$1" = start ] || { echo "no stand-in for npm $1" >&2; exit 90; }
shift
[ "$1" = "--" ] && shift
set -- start "$@"
${RUN_SCRIPT}`,
  tsgpt: 'node "$ROOT/packages/cli/dist/main.js" "$@"',
};

/** Opens one. What commands write stays in its folders, one a document, and goes with them. */
export async function openShell(): Promise<Shell> {
  const folder = mkdtempSync(join(tmpdir(), "tsgpt-documents-"));
  const bin = join(folder, "bin");
  mkdirSync(bin);
  for (const [name, script] of Object.entries(PROGRAMS)) {
    writeFileSync(join(bin, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  }
  const hub = await startHub(bundledAs("openai-community/gpt2", "openai-community/gpt2-large"));
  const env = {
    ...cleanEnvironment(),
    ROOT: root,
    PATH: `${bin}${delimiter}${process.env["PATH"]}`,
    HF_ENDPOINT: hub.url,
    HF_HUB_CACHE: join(folder, "hub"),
  };
  const folderOf = (document: string) => likeRoot(join(folder, document.replaceAll(/\W/g, "-")));
  return {
    run: (code, document) => {
      const cwd = folderOf(document);
      return new Promise((resolve, reject) => {
        const child = execFile("sh", ["-ec", code], { cwd, env }, (error, stdout, stderr) =>
          error ? reject(new Error(`${error.message}\n${stdout}\n${stderr}`)) : resolve(stdout),
        );
        child.stdin?.end();
      });
    },
    onTerminal: (code, document) => spawn("script", ["-qec", code, "/dev/null"], { cwd: folderOf(document), env }),
    close: () => close(hub, folder),
  };
}

async function close(hub: LocalHub, folder: string): Promise<void> {
  await hub.close();
  rmSync(folder, { recursive: true, force: true });
}

/** The bundled model's files under the names of others: their real weights are too large for a test. */
function bundledAs(...ids: string[]) {
  const bundled = join(root, "weights/fairytales");
  const names = readdirSync(bundled).filter((name) => /\.(json|safetensors)$/.test(name));
  const files = Object.fromEntries(names.map((name) => [name, new Uint8Array(readFileSync(join(bundled, name)))]));
  return Object.fromEntries(ids.map((id) => [id, { revisions: { main: files } }]));
}

/** A folder with links to all that the root has. */
function likeRoot(folder: string): string {
  if (mkdirSync(folder, { recursive: true }) === undefined) return folder;
  for (const name of readdirSync(root)) symlinkSync(join(root, name), join(folder, name));
  return folder;
}
