/**
 * `~` and `~user` at the beginning of a path, as os.path.expanduser of Python 3 has them. A shell expands them too, but not in
 * `--cache-dir=~/x`, nor in what a program or a service file passes on.
 */
import { readFileSync } from "node:fs";
import { homedir, userInfo } from "node:os";

/** Where the home folders of a machine's users are. */
export interface Homes {
  /** Of the user that runs this process. @throws if the machine knows none */
  own(): string;
  /** Of the user of that name; undefined if there is none. */
  of(user: string): string | undefined;
}

/** The path of which `~` is the first part, but the home folder is not known. */
export class HomeError extends Error {
  override readonly name = "HomeError";
}

/**
 * The path with its `~` expanded: by HOME, else by the user's entry. That of an unknown user stays as it is, as in Python.
 * @throws HomeError for `~` where HOME is not set and this user has no entry, as a container's often has not
 */
export function expandHome(
  path: string,
  env: Readonly<Record<string, string | undefined>> = process.env,
  homes: Homes = machineHomes,
): string {
  const [, user, rest = ""] = /^~([^/\\]*)(.*)$/s.exec(path) ?? [];
  if (user === undefined) return path;
  const folder = user === "" ? env["HOME"] || ownHome(path, homes) : homes.of(user);
  if (folder === undefined) return path;
  return folder.replace(/\/+$/, "") + rest || "/";
}

function ownHome(path: string, homes: Homes): string {
  try {
    return homes.own();
  } catch {
    throw new HomeError(
      `the home folder for ${JSON.stringify(path)} is unknown: set HOME, or give the path from the root on`,
    );
  }
}

const machineHomes: Homes = {
  own: () => (process.platform === "win32" ? homedir() : userInfo().homedir),
  of(user) {
    const entry = usersFile()
      .split("\n")
      .find((line) => line.startsWith(`${user}:`));
    return entry?.split(":")[5];
  },
};

/** `name:password:id:group:comment:home:shell` lines; nothing where a system keeps its users elsewhere. */
function usersFile(): string {
  try {
    return readFileSync("/etc/passwd", "utf8");
  } catch {
    return "";
  }
}
