/** JSON.parse with a message of our own, the same in every engine: what is wrong first, and where. */
import { quote } from "../errors.ts";

/** A string, its closing quote captured; a number or word; or punctuation. */
const TOKEN = new RegExp(
  '"[^"\\\\\\0-\\x1f]*(?:\\\\(?:["\\\\/bfnrt]|u[\\da-fA-F]{4})[^"\\\\\\0-\\x1f]*)*("?)|' +
    "-?(?:0|[1-9]\\d*)(?:\\.\\d+)?(?:[eE][+-]?\\d+)?|true|false|null|[{}[\\],:]",
  "y",
);
const SPACE = /[ \t\n\r]*/y;
const SHOWN = /[\w.+-]{1,20}|./suy;

const VALUE = '"0{[';
/** What may follow, by the first characters of the tokens that may; 0 is any number or word. */
const EXPECTED: Readonly<Record<string, string>> = {
  [VALUE]: "a value",
  [`${VALUE}]`]: "a value or ]",
  '"': "a key in quotes",
  '"}': "a key in quotes or }",
  ":": "a colon",
  ",}": "a comma or }",
  ",]": "a comma or ]",
  "": "the end",
};

/** @throws SyntaxError; where its message shows the text, it shows that of `shown`, which is as long */
export function parseJsonText(text: string, shown = text): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const { at, expected } = firstFault(text);
    const lines = text.slice(0, at).split("\n");
    const place = `line ${lines.length}, column ${(lines.at(-1) as string).length + 1}`;
    const got = at < text.length ? quote(matchAt(SHOWN, shown, at)?.[0]) : "the end";
    throw new SyntaxError(`expected ${expected} at ${place}, got ${got}`, { cause });
  }
}

/** The first place where the text cannot go on as JSON, and what could be there. */
function firstFault(text: string): { readonly at: number; readonly expected: string } {
  const open: string[] = []; // the brackets that will close what is open
  let allowed = VALUE;
  for (let at = 0; ; ) {
    at += matchAt(SPACE, text, at)?.[0].length as number;
    const [token = "", close] = matchAt(TOKEN, text, at) ?? [];
    const kind = /^["{}[\],:]|^$/.test(token) ? token.slice(0, 1) : "0";
    if (token === "" || !allowed.includes(kind)) return { at, expected: EXPECTED[allowed] as string };
    at += token.length;
    if (close === "") return { at, expected: text[at] === "\\" ? "a valid escape" : "a closing quote" };
    allowed = allowedAfter(kind, allowed, open);
  }
}

function allowedAfter(kind: string, allowed: string, open: string[]): string {
  if (kind === "{" || kind === "[") {
    open.push(kind === "{" ? "}" : "]");
    return kind === "{" ? '"}' : `${VALUE}]`;
  }
  if (kind === "}" || kind === "]") open.pop();
  const last = open.at(-1) ?? "";
  if (kind === ":" || kind === ",") return kind === "," && last === "}" ? '"' : VALUE;
  const isKey = kind === '"' && !allowed.includes("0");
  return isKey ? ":" : last && `,${last}`;
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}
