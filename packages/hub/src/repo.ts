/** How a model of the hub is named: its id, its revision, and the folder that Python's cache gives it. */

/** Names without an owner, from before the hub had owners, that people still type. */
const SHORT_NAMES: Readonly<Record<string, string>> = {
  distilgpt2: "distilbert/distilgpt2",
  gpt2: "openai-community/gpt2",
  "gpt2-medium": "openai-community/gpt2-medium",
  "gpt2-large": "openai-community/gpt2-large",
  "gpt2-xl": "openai-community/gpt2-xl",
};

export interface Repo {
  /** `org/name` */
  readonly id: string;
  /** The folder's name in a cache. */
  readonly folder: string;
  /** The folder that Python makes for the short name, where that is what was asked for. */
  readonly shortFolder: string | undefined;
}

/** The short names that stand for a model of the hub. */
export const shortNames: readonly string[] = Object.keys(SHORT_NAMES);

const PART = /^\w(?:[\w.-]*\w)?$/;

/** The repo that `name` means: `org/name`, or a short name; undefined if it can be neither. */
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

/** The id of a folder in a cache; undefined if no model's. */
export function idOfFolder(folder: string): string | undefined {
  return /^models--(.+)$/.exec(folder)?.[1]?.replaceAll("--", "/");
}

/** A full commit, which no branch can move. */
export function isCommit(revision: string): boolean {
  return /^[0-9a-f]{40}$/.test(revision);
}

/** Whether git takes it for the name of a branch, a tag or a commit; what it does not could lead out of the cache. */
export function isRevision(text: string): boolean {
  const legal = /^[^\p{C}\s~^:?*[\\]+$/u.test(text) && !/\.\.|@\{|^[/.-]|\/[/.]|[/.]$/.test(text);
  return legal && text.length <= 200;
}
