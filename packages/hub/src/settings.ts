/**
 * The addresses of the hub and its cache, from the variables that Python's huggingface_hub reads (constants.py of
 * 1.33), so that both share one cache, token and proxy. An empty variable counts as unset.
 */
import { join } from "node:path";
import { type Checks, checkOptions } from "@tsgpt/numeric";
import { expandHome, HomeError, type Homes } from "./home-folder.ts";
import { HubError } from "./hub-error.ts";

/** Environment variables, by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Where the hub and its cache are, and how they are used. */
export interface HubSettings {
  /** `https://huggingface.co`, without a trailing slash. */
  readonly endpoint: string;
  /** The parent of the `models--org--name` folders. */
  readonly cacheDir: string;
  /** From HF_TOKEN. */
  readonly token: string | undefined;
  /** The file of `hf auth login`; undefined if the home folder is unknown and no variable names it. */
  readonly tokenFile: string | undefined;
  readonly offline: boolean;
  /** Whether snapshots link to blobs; otherwise they contain the files. */
  readonly symlinks: boolean;
  readonly proxies: Proxies;
  /** Time without a byte after which a connection counts as lost. */
  readonly idleSeconds: number;
}

/** "" for none. */
export interface Proxies {
  readonly httpProxy: string;
  readonly httpsProxy: string;
  readonly noProxy: string;
}

/** Choices of the caller, which override the environment. */
export interface HubChoices {
  readonly cacheDir?: string | undefined;
  readonly offline?: boolean | undefined;
}

export const choiceChecks: Checks<HubChoices> = { cacheDir: "string", offline: "boolean" };

/**
 * The settings of an environment. `homes` is for tests.
 * @throws RangeError for an invalid choice; HubError if HF_ENDPOINT is not an http URL, or has a password; if neither
 * a cache nor the home folder is known
 */
export function hubSettings(options: HubChoices = {}, env?: Environment, homes?: Homes): HubSettings {
  checkOptions("hubSettings", options, choiceChecks);
  return settingsOf(options, env, homes);
}

/** The same of checked choices. */
export function settingsOf(
  { cacheDir, offline }: HubChoices,
  env: Environment = process.env,
  homes?: Homes,
): HubSettings {
  const expand = (text: string) => expandHome(text, env, homes);
  const path = (text: string) => expandVariables(expand(text), env);
  const home = env["HF_HOME"] || join(env["XDG_CACHE_HOME"] || join("~", ".cache"), "huggingface");
  const cache = env["HF_HUB_CACHE"] || env["HUGGINGFACE_HUB_CACHE"] || join(home, "hub");
  const cachePath = () => (cacheDir === undefined ? path(cache) : expand(cacheDir));
  const either = (name: string) => env[name] || env[name.toUpperCase()] || "";
  return {
    endpoint: endpointOf(env["HF_ENDPOINT"] || "https://huggingface.co"),
    cacheDir: cacheFolder(
      cachePath,
      cacheDir === undefined ? CACHE_VARIABLES.find((name) => env[name]) : "the cache's folder",
    ),
    token: clean(env["HF_TOKEN"]) ?? clean(env["HUGGING_FACE_HUB_TOKEN"]),
    tokenFile: ifKnown(() => path(env["HF_TOKEN_PATH"] || join(home, "token"))),
    offline: offline === true || isTrue(env["HF_HUB_OFFLINE"] || env["TRANSFORMERS_OFFLINE"]),
    symlinks: !isTrue(env["HF_HUB_DISABLE_SYMLINKS"]),
    proxies: {
      httpProxy: either("http_proxy"),
      httpsProxy: either("https_proxy"),
      noProxy: either("no_proxy"),
    },
    idleSeconds: Number(env["HF_HUB_DOWNLOAD_TIMEOUT"]) > 0 ? Number(env["HF_HUB_DOWNLOAD_TIMEOUT"]) : 30,
  };
}

/** A token trimmed of white space; undefined if empty. */
export function clean(token: string | undefined): string | undefined {
  return token?.trim() || undefined;
}

/** `1`, `on`, `yes` or `true`, in any case. */
function isTrue(value: string | undefined): boolean {
  return /^(1|on|yes|true)$/i.test(value ?? "");
}

/** Like Python's expandvars, which huggingface_hub calls after expanduser: `$NAME`, `${NAME}`. */
function expandVariables(path: string, env: Environment): string {
  return path.replace(/\$(?:(\w+)|\{(\w+)\})/g, (all, bare, braced) => env[bare ?? braced] ?? all);
}

/** The path, or undefined if its home folder is unknown. */
function ifKnown(path: () => string): string | undefined {
  try {
    return path();
  } catch (error) {
    if (error instanceof HomeError) return undefined;
    throw error;
  }
}

/** The first variable that names the cache. */
const CACHE_VARIABLES = ["HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "HF_HOME", "XDG_CACHE_HOME"];

/**
 * The path, named `by` a variable or an option, or by default.
 * @throws HubError for an unknown user after `~`, as huggingface_hub raises, so that no folder named `~` is created; or
 * if the home folder is unknown
 */
function cacheFolder(path: () => string, by: string | undefined): string {
  const folder = known(path, by);
  if (!folder.startsWith("~")) return folder;
  const user = /^~([^/\\]*)/.exec(folder)?.[1];
  throw new HubError(
    `the cache's folder ${JSON.stringify(folder)}: there is no user ${JSON.stringify(user)}; ` +
      "begin with ./ if it is a folder's name",
  );
}

function known(path: () => string, by: string | undefined): string {
  try {
    return path();
  } catch (error) {
    if (!(error instanceof HomeError)) throw error;
    if (by !== undefined) throw new HubError(`${by}: ${error.message}`);
    throw new HubError(
      "the cache of models would be in this user's home folder, which is unknown: " +
        "set HOME, or name a folder by HF_HUB_CACHE (or option cacheDir)",
    );
  }
}

function endpointOf(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^https?:$/.test(url.protocol) || url.username || url.password) {
    throw new HubError(
      "HF_ENDPOINT must be an http or https address without a password, such as https://huggingface.co",
    );
  }
  return text.replace(/\/+$/, "");
}
