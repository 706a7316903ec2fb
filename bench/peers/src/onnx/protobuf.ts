/**
 * The wire format of protocol buffers, as far as an ONNX file needs it, written and not read.
 * @see https://protobuf.dev/programming-guides/encoding
 */

/** Encoded fields, one after another, in pieces: a weight stays the view that it was, so that no copy of it is made. */
export interface Encoded {
  readonly pieces: readonly Uint8Array[];
  /** Bytes of all pieces. */
  readonly length: number;
}

const VARINT = 0;
const LENGTH_DELIMITED = 2;
const FIXED32 = 5;

/** The fields of a message, in this order. */
export function message(...fields: readonly Encoded[]): Encoded {
  const length = fields.reduce((sum, field) => sum + field.length, 0);
  return { pieces: fields.flatMap(({ pieces }) => pieces), length };
}

/** A field of type int32, int64 or enum. @throws RangeError unless the value is a whole number, 0 or more */
export function integer(field: number, value: number): Encoded {
  return encoded([...varint(key(field, VARINT)), ...varint(value)]);
}

/** A field of type float. */
export function float(field: number, value: number): Encoded {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setFloat32(0, value, true);
  return encoded([...varint(key(field, FIXED32)), ...bytes]);
}

/** A field of type string. */
export function text(field: number, value: string): Encoded {
  return bytes(field, new TextEncoder().encode(value));
}

/** A field of type bytes; the bytes are not copied. */
export function bytes(field: number, value: Uint8Array): Encoded {
  return embedded(field, { pieces: [value], length: value.length });
}

/** A field whose value is a message. */
export function embedded(field: number, value: Encoded): Encoded {
  return message(encoded([...varint(key(field, LENGTH_DELIMITED)), ...varint(value.length)]), value);
}

function encoded(numbers: readonly number[]): Encoded {
  return { pieces: [Uint8Array.from(numbers)], length: numbers.length };
}

function key(field: number, wireType: number): number {
  return field * 8 + wireType;
}

/** Seven bits a byte, the lowest first; the eighth says that more follow. */
function varint(value: number): number[] {
  if (!Number.isSafeInteger(value) || value < 0) {
    throw new RangeError(`protobuf: integers must be whole numbers, 0 or more, got ${value}`);
  }
  const low = value % 128;
  return value < 128 ? [value] : [low + 128, ...varint((value - low) / 128)];
}
