/** The ByteLevel part of a tokenizer.json: a pre-tokenizer, a decoder or a post-processor. */
import { boolean, object, oneOf, optional } from "../config/schema.ts";

/** The rule of a part without its type. */
export const TYPED = "an object with a type";

const flag = boolean("true or false");

export const byteLevel = object(
  {
    type: oneOf(["ByteLevel"], '"ByteLevel", the only kind supported'),
    add_prefix_space: flag,
    trim_offsets: flag,
    use_regex: optional(flag, true),
  },
  TYPED,
);
