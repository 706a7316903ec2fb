/**
 * Where the hub and its cache are, by the variables that Python's huggingface_hub reads (constants.py of 1.33), so that both
 * share one cache, one token and one proxy. A variable that is empty counts as unset.
 */
import { join } from "node:path";
import { expandHome, HomeError, type Homes } from "./home-folder.ts";
import { HubError } from "./hub-error.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

export interface HubSettings {
  /** `https://huggingface.co`, without a slash at its end. */
  readonly endpoint: string;
  /** The folder of `models--org--name` folders. */
  readonly cacheDir: string;
  /** HF_TOKEN's. */
  readonly token: string | undefined;
  /** Where `hf auth login` puts one; undefined where the home folder is not known, and no variable names another. */
  readonly tokenFile: string | undefined;
  readonly offline: boolean;
  /** Snapshots link to blobs; without, they hold the files themselves. */
  readonly symlinks: boolean;
  readonly proxies: Proxies;
  /** Without a byte, after which a connection counts as cut. */
  readonly idleSeconds: number;
}

/** "" for none. */
interface Proxies {
  readonly httpProxy: string;
  readonly httpsProxy: string;
  readonly noProxy: string;
}

/** What a caller sets over the environment. */
export interface HubChoices {
  readonly cacheDir?: string | undefined;
  readonly offline?: boolean | undefined;
}

/**
 * The settings of an environment. `homes` is for tests.
 * @throws HubError if HF_ENDPOINT is no http address, or holds a password; if the cache is not named and the home folder not known
 */
export function hubSettings(
  { cacheDir, offline }: HubChoices = {},
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

/** A token as a file or a variable holds it, without the white space around it; undefined if nothing is left. */
export function clean(token: string | undefined): string | undefined {
  return token?.trim() || undefined;
}

/** `1`, `on`, `yes` or `true`, in any case. */
function isTrue(value: string | undefined): boolean {
  return /^(1|on|yes|true)$/i.test(value ?? "");
}

/** As Python's expandvars, which huggingface_hub calls after expanduser: `$NAME`, `${NAME}`. */
function expandVariables(path: string, env: Environment): string {
  return path.replace(/\$(?:(\w+)|\{(\w+)\})/g, (all, bare, braced) => env[bare ?? braced] ?? all);
}

/** The path, or undefined if it would be in a home folder that is not known. */
function ifKnown(path: () => string): string | undefined {
  try {
    return path();
  } catch (error) {
    if (error instanceof HomeError) return undefined;
    throw error;
  }
}

/** What names the cache, the first that is set. */
const CACHE_VARIABLES = ["HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "HF_HOME", "XDG_CACHE_HOME"];

/**
 * The path, which is named `by` a variable or an option, or by nothing.
 * @throws HubError as huggingface_hub raises where it expands a cache's folder, so that none appears whose name begins with `~`; where
 * the home folder is not known
 */
function cacheFolder(path: () => string, by: string | undefined): string {
  const folder = known(path, by);
  if (!folder.startsWith("~")) return folder;
  const user = /^~([^/\\]*)/.exec(folder)?.[1];
  throw new HubError(
    `the cache's folder ${JSON.stringify(folder)}: this machine knows no user ${JSON.stringify(user)}; begin with ./ if it is a folder's name`,
  );
}

function known(path: () => string, by: string | undefined): string {
  try {
    return path();
  } catch (error) {
    if (!(error instanceof HomeError)) throw error;
    if (by !== undefined) throw new HubError(`${by}: ${error.message}`);
    throw new HubError(
      "the cache of models would be in this user's home folder, which is unknown: set HOME, or name a folder by HF_HUB_CACHE (or --cache-dir)",
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
