/** The size of the page: its scripts, styles and WebAssembly as a server sends them, without model and tokenizer. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants } from "node:zlib";

/** Bytes after brotli. @see RFC 7932; quality 11 is its default, and that of servers for files that do not change */
export function brotliSizeOf(folder: string): number {
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" });
  const sizes = names
    .filter((name) => /\.(?:js|css|wasm|html)$/.test(name))
    .map((name) => compressed(join(folder, name)));
  return sizes.reduce((total, size) => total + size, 0);
}

function compressed(path: string): number {
  return brotliCompressSync(readFileSync(path), { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }).length;
}
