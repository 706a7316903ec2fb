/**
 * A model's files, wherever they are: in a folder (node/folder-files.ts), at a URL, in a list, or given by a function.
 * load-files.ts reads a model from any of them.
 */
import type { ByteSource } from "../checkpoint/byte-source.ts";
import { quote } from "../errors.ts";

/** An open file. */
export interface ModelFile extends ByteSource {
  /** Releases it; it cannot be read afterwards. */
  close(): Promise<void>;
}

export interface OpenOptions {
  /** Ends the opening, and every read, with its reason. */
  readonly signal?: AbortSignal | undefined;
  /** Called with a line of text for what is not an error but worth knowing. */
  readonly onNote?: ((note: string) => void) | undefined;
  /** The most bytes of a file that is read whole; without it, a file is read in pieces. */
  readonly largest?: number | undefined;
}

export interface ModelFiles {
  /** The model's name if no other is given. */
  readonly name: string;
  /** Where they are, for messages. */
  readonly place: string;
  /** Opens a file; undefined if there is none of that name. @throws CheckpointError if it cannot be opened */
  open(name: string, options: OpenOptions): Promise<ModelFile | undefined>;
  /**
   * The end of a message about a file that `open` did not find: `, but config.json, vocab.json`, where `link` is "but";
   * or `: 404 Not Found`.
   */
  missing(name: string, link: "but" | "which holds"): Promise<string>;
}

const MOST_LISTED = 8;

/** `, but config.json, vocab.json`, as the end of a message about a missing file. */
export function listNames(link: string, names: readonly string[]): string {
  const listed = [...names]
    .sort()
    .slice(0, MOST_LISTED)
    .map((name) => quote(name).slice(1, -1));
  if (names.length > MOST_LISTED) listed.push(`and ${names.length - MOST_LISTED} more`);
  return `, ${link} ${names.length === 0 ? "nothing" : listed.join(", ")}`;
}
