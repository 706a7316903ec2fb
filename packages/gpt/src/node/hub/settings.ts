/**
 * Where the hub and its cache are, by the variables that Python's huggingface_hub reads (constants.py of 1.33), so that both
 * share one cache, one token and one proxy. A variable that is empty counts as unset.
 */
import { homedir } from "node:os";
import { join } from "node:path";
import { HubError } from "./hub-error.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

export interface HubSettings {
  /** `https://huggingface.co`, without a slash at its end. */
  readonly endpoint: string;
  /** The folder of `models--org--name` folders. */
  readonly cacheDir: string;
  /** HF_TOKEN's. */
  readonly token: string | undefined;
  /** Where `hf auth login` puts one. */
  readonly tokenFile: string;
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

/** The settings of an environment. @throws HubError if HF_ENDPOINT is no http address, or holds a password */
export function hubSettings({ cacheDir, offline }: HubChoices = {}, env: Environment = process.env): HubSettings {
  const path = (text: string) => expand(text, env);
  const home = path(env["HF_HOME"] || join(env["XDG_CACHE_HOME"] || join("~", ".cache"), "huggingface"));
  const either = (name: string) => env[name] || env[name.toUpperCase()] || "";
  return {
    endpoint: endpointOf(env["HF_ENDPOINT"] || "https://huggingface.co"),
    cacheDir: cacheDir ?? path(env["HF_HUB_CACHE"] || env["HUGGINGFACE_HUB_CACHE"] || join(home, "hub")),
    token: clean(env["HF_TOKEN"]) ?? clean(env["HUGGING_FACE_HUB_TOKEN"]),
    tokenFile: path(env["HF_TOKEN_PATH"] || join(home, "token")),
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

/** As Python's expanduser and expandvars: `~/x`, `$NAME`, `${NAME}`. */
function expand(path: string, env: Environment): string {
  const variables = path.replace(/\$(?:(\w+)|\{(\w+)\})/g, (all, bare, braced) => env[bare ?? braced] ?? all);
  return variables.replace(/^~(?=$|[/\\])/, env["HOME"] || homedir());
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
