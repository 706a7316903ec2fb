/** The names of controls in docs/explorer.md, on which scripts rely, are names that the page has. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const read = (path: string) => readFileSync(join(import.meta.dirname, "..", path), "utf8");

const CONTROL = /button|checkbox|combobox|menuitem|radio|slider|spinbutton|textbox/;

/** Of each row of a table with a control: its name, or several with commas between them. Descriptions are left out. */
const documented = [...read("../../docs/explorer.md").matchAll(/^\| ([^|]+?) +\| ([^|]+?) +\| /gm)]
  .filter(([, role]) => CONTROL.test(role))
  .map(([, , name]) => name.replace(/ \((?:for example|name)\)/, ""))
  .filter((name) => !/^[a-z(]/.test(name));

/** Every text in strings.ts; a template's values stand for anything. */
const texts = [...read("src/strings.ts").matchAll(/"((?:[^"\\\n]|\\.)*)"|`([^`]*)`/g)].map(([, plain, template]) =>
  plain === undefined ? template : plain,
);
const patterns = texts.map((text) => {
  const parts = text.split(/\$\{[^}]*\}/);
  return /[A-Z][a-z]+/.test(parts[0])
    ? new RegExp(`^${parts.map(escaped).join(".+")}$`)
    : new RegExp(`^${escaped(text)}$`);
});

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
}

/** A name that ends with … only begins so. */
function isOnPage(name: string): boolean {
  if (name.endsWith(" …")) return texts.some((text) => text.startsWith(name.slice(0, -2)));
  return patterns.some((pattern) => pattern.test(name));
}

test.each(documented)("%s", (names) => {
  const each = isOnPage(names) ? [] : names.split(/, (?:or )?/);
  expect(each.filter((name) => !isOnPage(name))).toEqual([]);
});

test("a name that the page does not have is found", () => {
  expect(documented.length).toBeGreaterThan(40);
  expect(["Number before", "Text C", "Number of …"].filter(isOnPage)).toEqual([]);
});
