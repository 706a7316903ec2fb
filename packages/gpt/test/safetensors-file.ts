/** safetensors files for the tests, right and wrong, byte by byte, without the library's own writer. */

/** A file with this header text and body; `length` is what it claims the header's length to be. */
export function safetensorsFile(
  header: string | Uint8Array,
  body: Uint8Array = new Uint8Array(0),
  length?: bigint,
): Uint8Array {
  const text = typeof header === "string" ? new TextEncoder().encode(header) : header;
  const bytes = new Uint8Array(8 + text.length + body.length);
  new DataView(bytes.buffer).setBigUint64(0, length ?? BigInt(text.length), true);
  bytes.set(text, 8);
  bytes.set(body, 8 + text.length);
  return bytes;
}

/** A header entry. */
export function entry(dtype: string, shape: readonly unknown[], offsets: readonly unknown[]): object {
  return { dtype, shape, data_offsets: offsets };
}
