/** Splits bytes that come in pieces at newlines, and at nothing else. */

const NEWLINE = 10;

/** A line without its newline; no bytes if it is longer than is kept. */
export interface LineBytes {
  readonly bytes: Uint8Array | undefined;
  readonly length: number;
}

export interface LineSplitter {
  push(chunk: Buffer): void;
  /** Takes the last line, which may have no end. */
  end(): void;
}

/** Calls `onLine` for each line; of those longer than `longest` bytes it keeps none. */
export function lineSplitter(longest: number, onLine: (line: LineBytes) => void): LineSplitter {
  let pieces: Uint8Array[] = [];
  let length = 0;
  const take = (bytes: Uint8Array) => {
    length += bytes.length;
    if (length <= longest) pieces.push(bytes);
    else pieces = [];
  };
  const finish = () => {
    onLine({ bytes: length > longest ? undefined : Buffer.concat(pieces), length });
    pieces = [];
    length = 0;
  };
  return {
    push: (chunk) => {
      let from = 0;
      for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, from)) {
        take(chunk.subarray(from, at));
        finish();
        from = at + 1;
      }
      take(chunk.subarray(from));
    },
    end: () => {
      if (length > 0) finish();
    },
  };
}
