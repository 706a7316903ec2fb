/**
 * An ONNX graph, node by node, and the file that holds it.
 * @see https://github.com/onnx/onnx/blob/main/onnx/onnx.proto, where the numbers of the fields and types come from
 */
import { bytes, type Encoded, embedded, float, integer, message, text } from "./protobuf.ts";

/** The name of a value within a graph. */
export type Value = string;

/** INT, FLOAT, STRING and INTS of AttributeProto; a bare number is an INT. */
export type Attribute = number | { readonly float: number } | string | readonly number[];

export type ElementType = keyof typeof ELEMENT_TYPES;

/** Sizes, or names of sizes that only a run decides. */
export type Dimensions = readonly (number | string)[];

export interface Graph {
  /** Adds a node and returns the names of its outputs: those given, or as many as `count`. */
  nodes(type: string, inputs: readonly Value[], attributes?: Attributes, outputs?: readonly Value[] | number): Value[];
  /** Adds a node with one output. */
  node(type: string, inputs: readonly Value[], attributes?: Attributes, output?: Value): Value;
  /** Adds a constant; its data are kept as a view. */
  constant(name: Value, data: Float32Array | BigInt64Array, shape: readonly number[]): Value;
  input(name: Value, type: ElementType, shape: Dimensions): Value;
  output(name: Value, type: ElementType, shape: Dimensions): void;
  /** The file. */
  encode(): Encoded;
}

type Attributes = Readonly<Record<string, Attribute>>;

const ELEMENT_TYPES = { float32: 1, int64: 7 } as const;
const ATTRIBUTE_TYPES = { float: 1, int: 2, string: 3, ints: 7 } as const;

/** Gelu is of version 20; the intermediate representation that came with it is the 9th. */
const OPSET = 20;
const IR_VERSION = 9;

/** An empty graph. Names of constants must differ, or the runtime refuses the file. */
export function createGraph(name: string): Graph {
  const fields: Encoded[] = []; // of GraphProto, where the order of different fields is free
  let count = 0;
  const nodes: Graph["nodes"] = (type, inputs, attributes = {}, outputs = 1) => {
    const id = `${type}_${count++}`;
    const names = typeof outputs === "number" ? Array.from({ length: outputs }, (_, i) => `${id}_${i}`) : outputs;
    fields.push(embedded(1, nodeProto(id, type, inputs, names, attributes)));
    return [...names];
  };
  return {
    nodes,
    node: (type, inputs, attributes, output) => nodes(type, inputs, attributes, output ? [output] : 1)[0] as Value,
    constant: (constant, data, shape) => {
      fields.push(embedded(5, tensorProto(constant, data, shape)));
      return constant;
    },
    input: (input, type, shape) => {
      fields.push(embedded(11, valueInfoProto(input, type, shape)));
      return input;
    },
    output: (output, type, shape) => {
      fields.push(embedded(12, valueInfoProto(output, type, shape)));
    },
    encode: () => modelProto(message(text(2, name), ...fields)),
  };
}

function modelProto(graph: Encoded): Encoded {
  const opset = message(integer(2, OPSET)); // no domain: the standard's
  return message(integer(1, IR_VERSION), text(2, "tsgpt"), embedded(7, graph), embedded(8, opset));
}

function nodeProto(
  name: string,
  type: string,
  inputs: readonly Value[],
  outputs: readonly Value[],
  attributes: Attributes,
): Encoded {
  return message(
    ...inputs.map((input) => text(1, input)),
    ...outputs.map((output) => text(2, output)),
    text(3, name),
    text(4, type),
    ...Object.entries(attributes).map(([key, value]) => embedded(5, attributeProto(key, value))),
  );
}

function attributeProto(name: string, value: Attribute): Encoded {
  const { kind, fields } = attributeValue(value);
  return message(text(1, name), ...fields, integer(20, ATTRIBUTE_TYPES[kind]));
}

function attributeValue(value: Attribute): { kind: keyof typeof ATTRIBUTE_TYPES; fields: Encoded[] } {
  if (typeof value === "number") return { kind: "int", fields: [integer(3, value)] };
  if (typeof value === "string") return { kind: "string", fields: [text(4, value)] };
  if ("float" in value) return { kind: "float", fields: [float(2, value.float)] };
  return { kind: "ints", fields: value.map((item) => integer(8, item)) };
}

/** Takes little-endian memory, which every JavaScript engine we run on has. */
function tensorProto(name: string, data: Float32Array | BigInt64Array, shape: readonly number[]): Encoded {
  const type: ElementType = data instanceof Float32Array ? "float32" : "int64";
  const raw = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return message(
    ...shape.map((size) => integer(1, size)),
    integer(2, ELEMENT_TYPES[type]),
    text(8, name),
    bytes(9, raw),
  );
}

function valueInfoProto(name: Value, type: ElementType, shape: Dimensions): Encoded {
  const dimensions = shape.map((size) => {
    return embedded(1, message(typeof size === "number" ? integer(1, size) : text(2, size)));
  });
  const tensorType = message(integer(1, ELEMENT_TYPES[type]), embedded(2, message(...dimensions)));
  return message(text(1, name), embedded(2, message(embedded(1, tensorType))));
}
