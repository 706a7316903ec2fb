/** The ByteLevel part of a tokenizer.json: a pre-tokenizer, a decoder or a post-processor. */
import * as v from "valibot";
import { boolean, object, oneOf } from "../config/schema.ts";

/** The rule of a part without its type. */
export const TYPED = "an object with a type";

const flag = boolean("true or false");

export const byteLevel = object(
  {
    type: oneOf(["ByteLevel"], '"ByteLevel", the only kind supported'),
    add_prefix_space: flag,
    trim_offsets: flag,
    use_regex: v.optional(flag, true),
  },
  TYPED,
);
