/**
 * Bytes of byte-level BPE tokens to text, as they come: a token may end inside a character, which is then held back until
 * the rest arrives, so that half an emoji is never shown. Bytes that are no UTF-8 become U+FFFD, as in a whole decode.
 */

export interface StreamingDecoder {
  /** Takes one token; gives the text that is now complete, "" while a character is not. @throws RangeError */
  push(id: number): string;
  /** What is left: U+FFFD if the last token ended inside a character. Ready for a new text afterwards. */
  end(): string;
}

/** A decoder over a table from ids to bytes, where an id without bytes is no text; `separator` stands between two tokens. */
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
