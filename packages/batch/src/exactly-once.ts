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
 * Writes `folder/name`; false if it existed already, which is then left as it is.
 * @throws BatchError, with nothing half written, if it cannot be written
 */
export function writeOnce(folder: string, name: string, pieces: Iterable<string | Uint8Array>): boolean {
  const path = join(folder, name);
  const beside = join(folder, PARTIAL);
  const partial = join(beside, `${basename(name)}.${randomUUID()}`);
  try {
    mkdirSync(beside, { recursive: true });
    try {
      writeWhole(partial, pieces);
      return link(partial, path);
    } finally {
      rmSync(partial, { force: true });
    }
  } catch (error) {
    throw cannotWrite(path, error as NodeJS.ErrnoException);
  }
}

function writeWhole(path: string, pieces: Iterable<string | Uint8Array>): void {
  const file = openSync(path, "wx");
  try {
    for (const piece of pieces) writeFileSync(file, piece);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

function link(partial: string, path: string): boolean {
  try {
    linkSync(partial, path);
    return true;
  } catch (error) {
    if (existsSync(path)) return false; // another writer won, and may have removed this partial file
    throw error;
  }
}

/** Removes what killed writers left of the files for which `isThere` holds: those that exist. */
export function removePartials(folder: string, isThere: (name: string) => boolean): void {
  const beside = join(folder, PARTIAL);
  if (!existsSync(beside)) return;
  for (const file of readdirSync(beside)) {
    if (isThere(file.slice(0, file.lastIndexOf(".")))) rmSync(join(beside, file), { force: true });
  }
}

const FULL = ["ENOSPC", "EDQUOT", "EFBIG"];

function cannotWrite(path: string, { code = "", message }: NodeJS.ErrnoException): BatchError {
  const fix = FULL.includes(code) ? "; make space and start the same run again: what is finished is kept" : "";
  return new BatchError(`cannot write ${JSON.stringify(path)}: ${message}${fix}`);
}
