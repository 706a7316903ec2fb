/** The environment: the variables that Python's huggingface_hub reads, and what an empty one means. */
import { describe, expect, test } from "vitest";
import { hubSettings } from "../src/node/hub/settings.ts";
import { HubError } from "../src/node/index.ts";

const HOME = "/home/me";
const settings = (env: Record<string, string>) => hubSettings({}, { HOME, ...env });

test("without a variable: the hub itself, and Python's cache", () => {
  expect(settings({})).toEqual({
    endpoint: "https://huggingface.co",
    cacheDir: "/home/me/.cache/huggingface/hub",
    token: undefined,
    tokenFile: "/home/me/.cache/huggingface/token",
    offline: false,
    symlinks: true,
    proxies: { httpProxy: "", httpsProxy: "", noProxy: "" },
    idleSeconds: 30,
  });
});

describe("the cache's folder", () => {
  test.each<[string, Record<string, string>, string]>([
    ["HF_HUB_CACHE", { HF_HUB_CACHE: "/c", HF_HOME: "/h", XDG_CACHE_HOME: "/x" }, "/c"],
    ["its old name", { HUGGINGFACE_HUB_CACHE: "/old", HF_HOME: "/h" }, "/old"],
    ["HF_HOME", { HF_HOME: "/h", XDG_CACHE_HOME: "/x" }, "/h/hub"],
    ["XDG_CACHE_HOME", { XDG_CACHE_HOME: "/x" }, "/x/huggingface/hub"],
    ["a tilde", { HF_HOME: "~/hf" }, "/home/me/hf/hub"],
    ["another variable", { HF_HUB_CACHE: "$DISK/hub", DISK: "/disk" }, "/disk/hub"],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the shell's
    ["another in braces", { HF_HUB_CACHE: "${DISK}/hub", DISK: "/disk" }, "/disk/hub"],
    ["empty ones", { HF_HUB_CACHE: "", HF_HOME: "", XDG_CACHE_HOME: "" }, "/home/me/.cache/huggingface/hub"],
  ])("by %s", (_, env, folder) => {
    expect(settings(env).cacheDir).toBe(folder);
  });

  test("by the caller, over all of them", () => {
    expect(hubSettings({ cacheDir: "/mine" }, { HF_HUB_CACHE: "/c" }).cacheDir).toBe("/mine");
  });
});

test.each<[string, string | undefined]>([
  ["hf_abc", "hf_abc"],
  [" hf_abc\n", "hf_abc"],
  ["", undefined],
  [" ", undefined],
])("HF_TOKEN=%j", (value, token) => {
  expect(settings({ HF_TOKEN: value }).token).toBe(token);
});

test.each<[string, Record<string, string>, string]>([
  ["HF_HOME", { HF_HOME: "/h" }, "/h/token"],
  ["HF_TOKEN_PATH", { HF_HOME: "/h", HF_TOKEN_PATH: "/run/secrets/hf" }, "/run/secrets/hf"],
])("the token's file, by %s", (_, env, file) => {
  expect(settings(env).tokenFile).toBe(file);
});

test.each([
  ["http://127.0.0.1:8080/", "http://127.0.0.1:8080"],
  ["https://mirror.example/hf/", "https://mirror.example/hf"],
])("HF_ENDPOINT=%s", (value, endpoint) => {
  expect(settings({ HF_ENDPOINT: value }).endpoint).toBe(endpoint);
});

test.each(["huggingface.co", "ftp://huggingface.co", "https://me:secret@huggingface.co"])(
  "HF_ENDPOINT=%s is refused, and not repeated",
  (value) => {
    expect(() => settings({ HF_ENDPOINT: value })).toThrow(HubError);
    expect(() => settings({ HF_ENDPOINT: value })).toThrow(/^HF_ENDPOINT must be an http or https address(?!.*secret)/);
  },
);

test.each([
  ["5", 5],
  ["0", 30],
  ["-1", 30],
  ["long", 30],
])("HF_HUB_DOWNLOAD_TIMEOUT=%s is %d seconds", (value, seconds) => {
  expect(settings({ HF_HUB_DOWNLOAD_TIMEOUT: value }).idleSeconds).toBe(seconds);
});

test("proxies, small letters before capitals, as curl has it", () => {
  const env = { HTTPS_PROXY: "http://a:1", https_proxy: "http://b:2", HTTP_PROXY: "http://c:3", NO_PROXY: "x.example" };
  expect(settings(env).proxies).toEqual({ httpsProxy: "http://b:2", httpProxy: "http://c:3", noProxy: "x.example" });
});
