// @ts-check
/**
 * Makes room in the compiled module for what src/kernels/simd/without-relaxed.ts writes over its relaxed multiply-adds:
 * a multiplication and an addition are longer, and need a local variable between them.
 *
 *   f32x4.relaxed_madd   becomes   f32x4.relaxed_madd, local.get t, drop, nop, nop, nop, nop
 *
 * where t is a new variable of the function. Compilers emit nothing for what was added.
 * @see https://webassembly.github.io/spec/core/binary/modules.html
 */
const HEADER_BYTES = 8;
const [FUNCTION_TYPE, V128] = [0x60, 0x7b];
const [TYPES, FUNCTIONS, CODE] = [1, 3, 10];
const [LOCAL_GET, DROP, NOP] = [0x20, 0x1a, 0x01];
const MADD = Buffer.of(0xfd, 0x85, 0x02);
const ONE_BYTE = 0x80; // a number below takes one byte

/**
 * @param {Uint8Array} module
 * @param {number} madds how many multiply-adds the module has: the same bytes may be part of something else
 */
export function withRoom(module, madds) {
  const sections = sectionsOf(module);
  const parameters = parameterCounts(sections);
  let found = 0;
  const bodies = itemsOf(sections.get(CODE)).map((body, i) => {
    const parts = split(body, MADD);
    if (parts.length === 1) return body;
    found += parts.length - 1;
    return roomy(parts, parameters[i] ?? 0);
  });
  if (found !== madds) throw new Error(`${found} times the bytes of a multiply-add, must be ${madds}`);
  sections.set(CODE, vector(bodies));
  const parts = [...sections].flatMap(([id, content]) => [Buffer.of(id), sized(content)]);
  return Buffer.concat([module.subarray(0, HEADER_BYTES), ...parts]);
}

/**
 * A function's body from the parts between its multiply-adds.
 * @param {Buffer[]} parts
 * @param {number} parameters
 */
function roomy([first = Buffer.of(), ...others], parameters) {
  const groups = number(first, 0);
  let [end, local] = [groups.end, parameters];
  for (let i = 0; i < groups.value; i++) {
    const { value, end: type } = number(first, end);
    [end, local] = [type + 1, local + value];
  }
  if (local >= ONE_BYTE) throw new Error(`a function with multiply-adds has ${local} variables, at most 127 may be`);
  const start = [leb(groups.value + 1), first.subarray(groups.end, end), Buffer.of(1, V128), first.subarray(end)];
  const room = Buffer.of(...MADD, LOCAL_GET, local, DROP, NOP, NOP, NOP, NOP);
  return Buffer.concat([...start, ...others.flatMap((part) => [room, part])]);
}

/** How many parameters each function has. @param {Map<number, Buffer>} sections */
function parameterCounts(sections) {
  const [types, functions] = [sections.get(TYPES), sections.get(FUNCTIONS)];
  if (!types || !functions) throw new Error("the module has no functions");
  /** @type {number[]} */
  const counts = [];
  let { value, end } = number(types, 0);
  for (let i = 0; i < value; i++) {
    if (types[end] !== FUNCTION_TYPE) throw new Error(`type ${i} of the module is not a function's`);
    const parameters = number(types, end + 1);
    const results = number(types, parameters.end + parameters.value);
    end = results.end + results.value; // a type is a byte
    counts.push(parameters.value);
  }
  ({ value, end } = number(functions, 0));
  return Array.from({ length: value }, () => {
    const type = number(functions, end);
    end = type.end;
    return counts[type.value];
  });
}

/** The sections by number. @param {Uint8Array} module @returns {Map<number, Buffer>} */
function sectionsOf(module) {
  const bytes = Buffer.from(module);
  const sections = new Map();
  for (let at = HEADER_BYTES; at < bytes.length; ) {
    const { value, end } = number(bytes, at + 1);
    sections.set(bytes[at], bytes.subarray(end, end + value));
    at = end + value;
  }
  return sections;
}

/** The items of a vector, each of which begins with its size. @param {Buffer | undefined} bytes @returns {Buffer[]} */
function itemsOf(bytes = Buffer.of(0)) {
  let { value, end } = number(bytes, 0);
  return Array.from({ length: value }, () => {
    const size = number(bytes, end);
    end = size.end + size.value;
    return bytes.subarray(size.end, end);
  });
}

/** @param {Buffer[]} items */
const vector = (items) => Buffer.concat([leb(items.length), ...items.map(sized)]);

/** @param {Buffer} bytes */
const sized = (bytes) => Buffer.concat([leb(bytes.length), bytes]);

/** @param {Buffer} bytes @param {Buffer} between @returns {Buffer[]} */
function split(bytes, between) {
  const at = bytes.indexOf(between);
  return at < 0 ? [bytes] : [bytes.subarray(0, at), ...split(bytes.subarray(at + between.length), between)];
}

/** A number in LEB128, and where it ends. @param {Buffer} bytes @param {number} at */
function number(bytes, at) {
  let [value, end, byte] = [0, at, ONE_BYTE];
  for (let shift = 0; byte >= ONE_BYTE; shift += 7) {
    byte = bytes[end++] ?? 0;
    value += (byte % ONE_BYTE) * 2 ** shift;
  }
  return { value, end };
}

/** @param {number} value @returns {Buffer} */
function leb(value) {
  if (value < ONE_BYTE) return Buffer.of(value);
  return Buffer.concat([Buffer.of(ONE_BYTE + (value % ONE_BYTE)), leb(Math.floor(value / ONE_BYTE))]);
}
