/**
 * Files that exist whole or not at all, written once: a file is written in a folder beside, brought to the disk, and
 * linked under its name. A link cannot replace a file and cannot be half made, so of any number of writers one wins,
 * and a kill leaves nothing but a file that no one reads.
 */
import { randomUUID } from "node:crypto";
import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { basename, join } from "node:path";
import { BatchError } from "./batch-error.ts";

const PARTIAL = "partial";

/**
 * Writes `folder/name`; false if it exists by then, which is left as it is: whatever failed, another writer won. The
 * partial file of a `writer` has its name, so that others can remove what it leaves when it is ended.
 * @throws BatchError, with nothing half written, if it cannot be written
 */
export function writeOnce(
  folder: string,
  name: string,
  pieces: Iterable<string | Uint8Array>,
  writer: string = randomUUID(),
): boolean {
  const path = join(folder, name);
  const beside = join(folder, PARTIAL);
  const partial = join(beside, `${basename(name)}.${writer}-${randomUUID()}`);
  try {
    mkdirSync(beside, { recursive: true });
    try {
      writeWhole(partial, pieces);
      linkSync(partial, path);
      return true;
    } finally {
      removeQuietly(partial);
    }
  } catch (error) {
    if (existsSync(path)) return false; // its writer may have removed this partial file, or filled the disk
    throw cannotWrite(path, error as NodeJS.ErrnoException);
  }
}

function writeWhole(path: string, pieces: Iterable<string | Uint8Array>): void {
  const file = openSync(path, "wx");
  try {
    writePieces(file, pieces);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

const BUFFER = 1 << 20; // bytes

/** Writes many small pieces at once: each write may be a journey to a server. */
function writePieces(file: number, pieces: Iterable<string | Uint8Array>): void {
  const buffer = Buffer.allocUnsafe(BUFFER);
  let filled = 0;
  const flush = () => {
    if (filled > 0) writeFileSync(file, buffer.subarray(0, filled));
    filled = 0;
  };
  for (const piece of pieces) {
    const bytes = typeof piece === "string" ? Buffer.from(piece) : piece;
    if (filled + bytes.length > BUFFER) flush();
    if (bytes.length > BUFFER) writeFileSync(file, bytes);
    else {
      buffer.set(bytes, filled);
      filled += bytes.length;
    }
  }
  flush();
}

/** Removes what killed writers left of the files for which `isThere` holds: those that exist. Never throws. */
export function removePartials(folder: string, isThere: (name: string) => boolean): void {
  removeLeft(folder, (file) => isThere(file.slice(0, file.lastIndexOf("."))));
}

/** Removes what a writer that has been ended left. Never throws. */
export function removePartialsOf(folder: string, writer: string): void {
  removeLeft(folder, (file) => file.slice(file.lastIndexOf(".") + 1).startsWith(`${writer}-`));
}

function removeLeft(folder: string, isLeft: (file: string) => boolean): void {
  const beside = join(folder, PARTIAL);
  for (const file of filesIn(beside).filter(isLeft)) removeQuietly(join(beside, file));
}

function filesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return []; // no partial file was ever written there
  }
}

/** What is not removed is in no one's way: a later run tries again. */
function removeQuietly(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {}
}

const FULL = ["ENOSPC", "EDQUOT", "EFBIG"];

function cannotWrite(path: string, { code = "", message }: NodeJS.ErrnoException): BatchError {
  const fix = FULL.includes(code) ? "; make space and start the same run again: what is finished is kept" : "";
  return new BatchError(`cannot write ${JSON.stringify(path)}: ${message}${fix}`);
}
