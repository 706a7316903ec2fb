/** The environment that tests run commands in. */
import { tmpdir } from "node:os";
import { join } from "node:path";

const NOT_OURS = /^(HF_|HUGGING|TRANSFORMERS_|XDG_CACHE_HOME$|(https?|no|all)_proxy$)/i;

/** This process's environment without what a developer has set for the hub; its hub is one that nobody serves. */
export function cleanEnvironment(): Record<string, string | undefined> {
  const kept = Object.entries(process.env).filter(([name]) => !NOT_OURS.test(name));
  return {
    ...Object.fromEntries(kept),
    HF_ENDPOINT: "http://127.0.0.1:2",
    HF_HOME: join(tmpdir(), "tsgpt-no-such-home"),
  };
}
