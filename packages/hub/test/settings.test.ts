/** The environment: the variables that Python's huggingface_hub reads, and what an empty one means. */
import { describe, expect, test } from "vitest";
import type { Homes } from "../src/home-folder.ts";
import { HubError } from "../src/index.ts";
import { type HubChoices, hubSettings } from "../src/settings.ts";

const HOME = "/home/me";
const homes: Homes = {
  own: () => {
    throw new Error("ENOENT: uv_os_get_passwd returned ENOENT (no such file or directory)");
  },
  of: (user) => (user === "other" ? "/home/other" : undefined),
};
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
    ["a tilde in HF_HUB_CACHE", { HF_HUB_CACHE: "~/hub" }, "/home/me/hub"],
    ["a tilde in XDG_CACHE_HOME", { XDG_CACHE_HOME: "~/c" }, "/home/me/c/huggingface/hub"],
    ["a tilde alone", { HF_HUB_CACHE: "~" }, "/home/me"],
    ["a user's name", { HF_HUB_CACHE: "~other/hub" }, "/home/other/hub"],
    ["another variable", { HF_HUB_CACHE: "$DISK/hub", DISK: "/disk" }, "/disk/hub"],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the shell's
    ["another in braces", { HF_HUB_CACHE: "${DISK}/hub", DISK: "/disk" }, "/disk/hub"],
    ["empty ones", { HF_HUB_CACHE: "", HF_HOME: "", XDG_CACHE_HOME: "" }, "/home/me/.cache/huggingface/hub"],
  ])("by %s", (_, env, folder) => {
    expect(hubSettings({}, { HOME, ...env }, homes).cacheDir).toBe(folder);
  });

  test("by the caller, over all of them", () => {
    expect(hubSettings({ cacheDir: "/mine" }, { HF_HUB_CACHE: "/c" }).cacheDir).toBe("/mine");
  });

  test("by the caller, with a tilde, and with a variable's name as it is", () => {
    const named = (cacheDir: string) => hubSettings({ cacheDir }, { HOME, DISK: "/disk" }, homes).cacheDir;
    expect(["~/x", "~", "~other/x", "./~", "$DISK"].map(named)).toEqual([
      "/home/me/x",
      "/home/me",
      "/home/other/x",
      "./~",
      "$DISK",
    ]);
  });

  // huggingface_hub: RuntimeError, "Could not determine home directory."
  test.each([
    [{ cacheDir: "~nobody-here/x" }, {}],
    [{}, { HF_HUB_CACHE: "~nobody-here/x" }],
    [{}, { HF_HUB_CACHE: "$DIR", DIR: "~/x" }], // ~ is expanded before variables are
  ])("of a user who does not exist is an error: %j %j", (choices, env) => {
    expect(() => hubSettings(choices, { HOME, ...env }, homes)).toThrow(HubError);
    expect(() => hubSettings(choices, { HOME, ...env }, homes)).toThrow(
      /^the cache's folder "~[^"]*": there is no user "(nobody-here)?"; begin with .\/ if it is a folder's name$/,
    );
  });
});

describe("a user id that the machine does not know, without HOME", () => {
  const unknown = (choices: HubChoices, env: Record<string, string> = {}) => hubSettings(choices, env, homes);

  test.each<[HubChoices, Record<string, string>, string, string | undefined]>([
    [{ cacheDir: "/c" }, {}, "/c", undefined],
    [{}, { HF_HUB_CACHE: "/c" }, "/c", undefined],
    [{}, { HF_HOME: "/h" }, "/h/hub", "/h/token"],
    [{}, { XDG_CACHE_HOME: "/x" }, "/x/huggingface/hub", "/x/huggingface/token"],
    [{ cacheDir: "/c" }, { HF_TOKEN_PATH: "/t" }, "/c", "/t"],
  ])("works where the cache is named: %j %j", (choices, env, cacheDir, tokenFile) => {
    expect(unknown(choices, env)).toMatchObject({ cacheDir, tokenFile });
  });

  test.each<[HubChoices, Record<string, string>, string]>([
    [{ cacheDir: "~/x" }, { HF_HUB_CACHE: "/c" }, 'the cache\'s folder: the home folder for "~/x"'],
    [{}, { HF_HUB_CACHE: "~/y" }, 'HF_HUB_CACHE: the home folder for "~/y"'],
    [{}, { HUGGINGFACE_HUB_CACHE: "~/y" }, 'HUGGINGFACE_HUB_CACHE: the home folder for "~/y"'],
    [{}, { HF_HOME: "~/h" }, 'HF_HOME: the home folder for "~/h/hub"'],
    [{}, { XDG_CACHE_HOME: "~" }, 'XDG_CACHE_HOME: the home folder for "~/huggingface/hub"'],
  ])("is an error where the name has a ~: %j %j", (choices, env, message) => {
    expect(() => unknown(choices, env)).toThrow(
      new HubError(`${message} is unknown: set HOME, or give the path from the root on`),
    );
  });

  test("is an error that says what to set where the cache is not named", () => {
    expect(() => unknown({})).toThrow(HubError);
    expect(() => unknown({})).toThrow(
      "would be in this user's home folder, which is unknown: set HOME, or name a folder by HF_HUB_CACHE (or option cacheDir)",
    );
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
