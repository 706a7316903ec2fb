/** Any file that keeps all the rules: names, dtypes, shapes, order, metadata and white space by the dice. */
import { BITS, type Dtype } from "../../src/checkpoint/safetensors.ts";
import { entry, safetensorsFile } from "../safetensors-file.ts";
import type { Dice } from "./dice.ts";

const DTYPES = Object.keys(BITS) as Dtype[];
const NAMES = ["a", "", "__proto__", "constructor", "1", "é", '"\\', "wte.weight", "\u{1f9da}", "dtype", "\u0000"];

/** Up to six tensors of a few bytes. */
export function validFile(dice: Dice): Uint8Array {
  const entries = new Map<string, string>();
  let end = 0;
  for (let left = dice.below(7); left > 0; left--) {
    const dtype = dice.pick(DTYPES);
    const shape = Array.from({ length: dice.below(4) }, () => dice.below(4));
    const bits = shape.reduce((product, size) => product * size, BITS[dtype]);
    const name = dice.pick(NAMES);
    if (bits % 8 !== 0 || entries.has(name)) continue;
    entries.set(name, JSON.stringify(entry(dtype, shape, [end, end + bits / 8])));
    end += bits / 8;
  }
  if (dice.below(4) === 0) entries.set("__metadata__", '{"format":"pt","":"\\u00e9"}');
  const pairs = [...entries].map(([name, info]) => `${JSON.stringify(name)}:${info}`);
  if (dice.below(2) === 0) pairs.reverse();
  const space = dice.pick(["", "", " ", "\n", "\r\n\t "]);
  return safetensorsFile(`${space}{${pairs.join(`,${space}`)}}${space}`, new Uint8Array(end));
}
