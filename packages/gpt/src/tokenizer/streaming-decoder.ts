/**
 * Streaming decoder of byte-level BPE tokens: a token may end inside a character, which is held back until it is
 * complete, so that half an emoji is never shown. Invalid UTF-8 becomes U+FFFD, as in a whole decode.
 */

/** Decodes ids one after another; a character may take several. */
export interface StreamingDecoder {
  /** Adds a token; returns the completed text, "" while a character is incomplete. @throws RangeError */
  push(id: number): string;
  /** The rest: U+FFFD if the last token ended inside a character. Resets the decoder. */
  end(): string;
}

/** A decoder over a table from ids to bytes; ids without bytes give no text; `separator` is put between tokens. */
export function streamingDecoder(bytesOf: (id: number) => Uint8Array | undefined, separator = ""): StreamingDecoder {
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  let before = "";
  return {
    push: (id) => {
      const bytes = bytesOf(id);
      if (!bytes) return "";
      const text = before + decoder.decode(bytes, { stream: true });
      before = separator;
      return text;
    },
    end: () => {
      before = "";
      return decoder.decode();
    },
  };
}

/**
 * GPT-2's alphabet: each byte as a printable character, so that a vocabulary is readable JSON. Printable Latin-1 bytes
 * stand for themselves, the other 68 for U+0100 onwards. @see openai/gpt-2, encoder.py, bytes_to_unicode
 */
export function byteOfCharacter(): ReadonlyMap<string, number> {
  const printable = (byte: number) =>
    (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || (byte >= 0xae && byte <= 0xff);
  const bytes = new Map<string, number>();
  let shifted = 0x100;
  for (let byte = 0; byte < 256; byte++) {
    bytes.set(String.fromCodePoint(printable(byte) ? byte : shifted++), byte);
  }
  return bytes;
}
