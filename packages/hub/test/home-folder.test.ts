/** `~` at the beginning of a path; expected values are those of Python 3's os.path.expanduser, where both know the user. */
import { userInfo } from "node:os";
import { expect, test } from "vitest";
import { expandHome, HomeError, type Homes } from "../src/home-folder.ts";

const homes: Homes = { own: () => "/home/entry", of: (user) => ({ ann: "/home/ann/", root: "/" })[user] };

test.each([
  ["~", "/home/me", "/home/me"],
  ["~/", "/home/me", "/home/me/"],
  ["~/x", "/home/me", "/home/me/x"],
  ["~/x/~", "/home/me/", "/home/me/x/~"],
  ["~//x", "/home/me", "/home/me//x"],
  ["~", "/", "/"],
  ["~/x", "/", "/x"],
  ["~/x", undefined, "/home/entry/x"],
  ["~ann", "/home/me", "/home/ann"],
  ["~ann/x", undefined, "/home/ann/x"],
  ["~root/x", undefined, "/x"],
  ["~root", undefined, "/"],
  ["~nobody-here/x", "/home/me", "~nobody-here/x"],
  ["~draft.txt", "/home/me", "~draft.txt"],
  ["x/~", "/home/me", "x/~"],
  ["./~/x", "/home/me", "./~/x"],
  [" ~/x", "/home/me", " ~/x"],
  ["", "/home/me", ""],
])("%j with HOME %j is %j", (path, HOME, expected) => {
  expect(expandHome(path, { HOME }, homes)).toBe(expected);
});

test("an empty HOME counts as unset, as every empty variable does here", () => {
  expect(expandHome("~/x", { HOME: "" }, homes)).toBe("/home/entry/x");
});

test("where this user has no home folder, ~ is an error that says what to set; other paths are none", () => {
  const unknown: Homes = {
    own: () => {
      throw new Error("ENOENT");
    },
    of: () => undefined,
  };
  expect(() => expandHome("~/x", {}, unknown)).toThrow(HomeError);
  expect(() => expandHome("~/x", {}, unknown)).toThrow(
    'the home folder for "~/x" is unknown: set HOME, or give the path from the root on',
  );
  expect(expandHome("/x", {}, unknown)).toBe("/x");
});

test.skipIf(process.platform === "win32")("this machine's own users", () => {
  const { username, homedir } = userInfo();
  expect(expandHome("~/x", {})).toBe(`${homedir.replace(/\/+$/, "")}/x`);
  if (process.platform === "linux") expect(expandHome(`~${username}/x`)).toBe(expandHome("~/x", {}));
});
