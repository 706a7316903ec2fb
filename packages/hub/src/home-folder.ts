/**
 * Expands `~` and `~user` at the beginning of a path, as os.path.expanduser of Python 3 does. Shells expand them too,
 * but not in `--cache-dir=~/x`, and programs and service files do not.
 */
import { readFileSync } from "node:fs";
import { homedir, userInfo } from "node:os";

/** Looks up home folders. */
export interface Homes {
  /** Of the user of this process. @throws if there is no entry */
  own(): string;
  /** Of the named user; undefined if there is none. */
  of(user: string): string | undefined;
}

/** A path beginning with `~` whose home folder is unknown. */
export class HomeError extends Error {
  override readonly name = "HomeError";
}

/**
 * The path with `~` expanded: by HOME, or by the user's entry. An unknown user's stays unchanged, as in Python.
 * @throws HomeError for `~` without HOME and without an entry for this user, as in many containers
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

/** Lines of `name:password:id:group:comment:home:shell`; "" on systems that keep their users elsewhere. */
function usersFile(): string {
  try {
    return readFileSync("/etc/passwd", "utf8");
  } catch {
    return "";
  }
}
