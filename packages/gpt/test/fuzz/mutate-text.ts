/** Changes to a JSON text that mostly leave it JSON: what is wrong with it afterwards lies deeper. */
import type { Dice } from "./dice.ts";

const TOKEN = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*|[{}[\]:,]|[a-z]+/g;

/** What a reader may trip over. */
const PIECES = [
  ..."0 1 2 4 7 8 16 255 -1 -0 1.0 1e3 1e400 01 4294967296 9007199254740991 9007199254740992".split(" "),
  ..."18446744073709551615 18446744073709551616 true false null NaN [] {} [0] [0,0] [[0]] [null]".split(" "),
  ...'"" "a" "F32" "F16" "BF16" "F4" "F6_E2M3" "I64" "BOOL" "f32" "X" "dtype" "shape" "data_offsets" "0"'.split(" "),
  ...'"__metadata__" "__proto__" "constructor" "\\u0061" "\\ud800" "\\ud83d\\ude00" "\\u0000" "é" "\ufeff"'.split(" "),
  '"dtype":"F32"',
  '"shape":[0]',
  '"data_offsets":[0,0]',
  '"z":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}',
  '"__metadata__":{"k":"v"}',
];

type Change = (tokens: string[], dice: Dice, pieces: readonly string[]) => void;

const CHANGES: readonly Change[] = [
  (tokens, dice, pieces) => tokens.splice(dice.below(tokens.length), 1, dice.pick(pieces)),
  (tokens, dice) => tokens.splice(dice.below(tokens.length), 1),
  (tokens, dice, pieces) =>
    tokens.splice(dice.below(tokens.length + 1), 0, dice.pick([...pieces, ",", " ", "\n", "\t"])),
  (tokens, dice) => tokens.splice(dice.below(tokens.length), 1, dice.pick(tokens)),
  repeatRun,
  nudgeNumber,
  nudgeNumber,
  insertPair,
];

/** `text` with one to three changes; `pieces` are put into it beside those that any JSON reader may trip over. */
export function mutateText(text: string, dice: Dice, pieces: readonly string[] = []): string {
  const all = [...PIECES, ...pieces];
  return dice.below(4) === 0 ? mutateEntries(text, dice, all) : mutateTokens(text, dice, all);
}

const ENTRY = /"(?:[^"\\]|\\.)*":\{[^{}]*\}/g;

/** A whole entry twice, once more under another name, with another's dtype, shape and offsets, or gone. */
function mutateEntries(text: string, dice: Dice, pieces: readonly string[]): string {
  const entries = text.match(ENTRY) ?? [];
  if (entries.length === 0) return mutateTokens(text, dice, pieces);
  const entry = dice.pick(entries);
  const name = dice.pick(["z", "a", "", "__metadata__", "\\u0061"]);
  const info = (of: string) => of.slice(of.indexOf(":{"));
  const changed = dice.pick([
    `${entry},${entry}`,
    `${entry},"${name}"${info(entry)}`,
    `"${name}"${info(entry)}`,
    entry.replace(info(entry), () => info(dice.pick(entries))),
    "",
  ]);
  const at = text.indexOf(entry);
  return text.slice(0, at) + changed + text.slice(at + entry.length);
}

function mutateTokens(text: string, dice: Dice, pieces: readonly string[]): string {
  const tokens = text.match(TOKEN) ?? [text];
  for (let change = dice.below(3); change >= 0; change--) {
    dice.pick(CHANGES)(tokens, dice, pieces);
    if (tokens.length === 0) tokens.push("{}");
  }
  return tokens.join("");
}

/** A run of tokens once more, elsewhere or beside itself: an entry that is there twice. */
function repeatRun(tokens: string[], dice: Dice): void {
  const from = dice.below(tokens.length);
  const run = tokens.slice(from, from + 1 + dice.below(24));
  const at = dice.below(2) === 0 ? from + run.length : dice.below(tokens.length + 1);
  tokens.splice(at, 0, ...(dice.below(2) === 0 ? [","] : []), ...run);
}

function nudgeNumber(tokens: string[], dice: Dice): void {
  const places = tokens.flatMap((token, i) => (/^\d+$/.test(token) ? [i] : []));
  if (places.length === 0) return;
  const at = dice.pick(places);
  const value = BigInt(tokens[at] as string);
  tokens[at] = String(dice.pick([value + 1n, value - 1n, value * 2n, value / 2n, value + 8n, 0n]));
}

/** A whole entry behind an open brace or a comma, so that what is around it stays valid. */
function insertPair(tokens: string[], dice: Dice, pieces: readonly string[]): void {
  const places = tokens.flatMap((token, i) => (token === "{" ? [i + 1] : []));
  if (places.length === 0) return;
  tokens.splice(dice.pick(places), 0, dice.pick(pieces.filter((piece) => piece.includes('":'))), ",");
}
