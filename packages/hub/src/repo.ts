/** Names of a model on the hub: its id, its revision, and its folder in Python's cache. */

/** Short names without an owner, from before the hub had owners, still in common use. */
const SHORT_NAMES: Readonly<Record<string, string>> = {
  distilgpt2: "distilbert/distilgpt2",
  gpt2: "openai-community/gpt2",
  "gpt2-medium": "openai-community/gpt2-medium",
  "gpt2-large": "openai-community/gpt2-large",
  "gpt2-xl": "openai-community/gpt2-xl",
};

/** A repo of the hub. */
export interface Repo {
  /** `org/name` */
  readonly id: string;
  /** The name of its folder in a cache. */
  readonly folder: string;
  /** The folder that Python creates for the short name, if that was given. */
  readonly shortFolder: string | undefined;
}

/** The short names of models on the hub. */
export const shortNames: readonly string[] = Object.keys(SHORT_NAMES);

const PART = /^\w(?:[\w.-]*\w)?$/;

/** The repo that `name` means: `org/name`, or a short name; undefined if it is neither. */
export function findRepo(name: string): Repo | undefined {
  const short = Object.hasOwn(SHORT_NAMES, name);
  const id = short ? (SHORT_NAMES[name] as string) : name;
  const parts = id.split("/");
  const legal = parts.length === 2 && parts.every((part) => PART.test(part) && part.length <= 96);
  if (!legal || /--|\.\.|\.git$/.test(id)) return undefined;
  return { id, folder: folderOf(id), shortFolder: short ? folderOf(name) : undefined };
}

function folderOf(id: string): string {
  return `models--${id.replaceAll("/", "--")}`;
}

/** The id of a folder in a cache; undefined if it is not a model's. */
export function idOfFolder(folder: string): string | undefined {
  return /^models--(.+)$/.exec(folder)?.[1]?.replaceAll("--", "/");
}

/** Whether it is a full commit hash, which no branch can move. */
export function isCommit(revision: string): boolean {
  return /^[0-9a-f]{40}$/.test(revision);
}

/** Whether it is a valid git name of a branch, tag or commit; others could escape the cache folder. */
export function isRevision(text: string): boolean {
  const legal = /^[^\p{C}\s~^:?*[\\]+$/u.test(text) && !/\.\.|@\{|^[/.-]|\/[/.]|[/.]$/.test(text);
  return legal && text.length <= 200;
}
