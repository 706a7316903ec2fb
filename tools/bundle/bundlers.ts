/**
 * Bundles an application of the core packages as their users do, with four bundlers and no configuration: only what they
 * cannot do without is said, the entries and the folder to write to. rollup resolves packages only with its usual
 * plugin, and minifies nothing by itself: esbuild does it.
 */
import { cpSync, mkdirSync, mkdtempSync, readdirSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Stats } from "webpack";

const root = join(import.meta.dirname, "../..");
const CORE = ["numeric", "tensor", "gpt", "sampling"];

/** "generation" loads a model and generates in a worker; "everything" has all that the core exports. */
export type Application = "generation" | "everything";

/** Bundles what is in `from` into `to`. */
type Bundler = (from: string, to: string) => Promise<void>;

/** A copy of the application in a project of its own, where the core's packages are installed as built. */
export function createProject(application: Application): string {
  const project = mkdtempSync(join(tmpdir(), `tsgpt-${application}-`));
  cpSync(join(import.meta.dirname, "app", application), project, { recursive: true });
  cpSync(join(import.meta.dirname, "app/index.html"), join(project, "index.html"));
  const modules = join(project, "node_modules/@tsgpt");
  mkdirSync(modules, { recursive: true });
  for (const name of CORE) symlinkSync(join(root, "packages", name), join(modules, name), "junction");
  return project;
}

/** Each is imported when it is used: webpack alone takes a second. */
export const BUNDLERS = {
  esbuild: async (from, to) => {
    const esbuild = await import("esbuild");
    const options = { bundle: true, minify: true, format: "esm", outdir: to } as const;
    const { warnings } = await esbuild.build({ ...options, entryPoints: scriptsOf(from), logLevel: "silent" });
    refuse(warnings.map(({ text }) => text));
    copyPage(from, to);
  },
  rollup: async (from, to) => {
    const [esbuild, { rollup }] = await Promise.all([import("esbuild"), import("rollup")]);
    const { nodeResolve } = await import("@rollup/plugin-node-resolve");
    const warnings: string[] = [];
    const onLog = (_: unknown, { message }: { readonly message: string }) => warnings.push(message);
    const bundle = await rollup({ input: scriptsOf(from), plugins: [nodeResolve()], onLog });
    const minify = async (code: string) => (await esbuild.transform(code, { minify: true, format: "esm" })).code;
    await bundle.write({ dir: to, plugins: [{ name: "minify", renderChunk: minify }] });
    await bundle.close();
    refuse(warnings);
    copyPage(from, to);
  },
  webpack: async (from, to) => {
    const { default: webpack } = await import("webpack");
    const compiler = webpack({ mode: "production", context: from, entry: "./main.js", output: { path: to } });
    const stats = await new Promise<Stats | undefined>((resolve, reject) => {
      compiler?.run((error, found) => (error ? reject(error) : resolve(found)));
    });
    const { errors = [], warnings = [] } = stats?.toJson({ all: false, errors: true, warnings: true }) ?? {};
    refuse([...errors, ...warnings].map(({ message }) => message));
    copyPage(from, to);
  },
  vite: async (from, to) => {
    const { build } = await import("vite");
    await build({ root: from, configFile: false, logLevel: "silent", build: { outDir: to } });
  },
} as const satisfies Record<string, Bundler>;

export type BundlerName = keyof typeof BUNDLERS;

/** The bundle of an application: a folder to serve. @throws Error for a warning too */
export async function bundle(name: BundlerName, project: string): Promise<string> {
  const to = join(project, `by-${name}`);
  await BUNDLERS[name](project, to);
  return to;
}

function refuse(warnings: readonly string[]): void {
  if (warnings.length > 0) throw new Error(warnings.join("\n"));
}

function scriptsOf(folder: string): string[] {
  const scripts = readdirSync(folder).filter((name) => name.endsWith(".js"));
  return scripts.map((name) => join(folder, name));
}

function copyPage(from: string, to: string): void {
  cpSync(join(from, "index.html"), join(to, "index.html"));
}
