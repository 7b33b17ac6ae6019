/** Just enough of ONNX to write small models by hand: a graph of nodes, constants and named inputs and outputs. */
export interface OnnxModel {
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  readonly nodes: readonly OnnxNode[];
  readonly constants: readonly OnnxConstant[];
  /** What speech models say of themselves. */
  readonly metadata: Readonly<Record<string, string | number>>;
}

export interface OnnxValue {
  readonly name: string;
  readonly type: 'int64' | 'int32' | 'float';
  /** A number for what is fixed, a name for what is not. */
  readonly dimensions: readonly (string | number)[];
}

export interface OnnxNode {
  readonly type: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Whole numbers only. */
  readonly attributes?: Readonly<Record<string, number>>;
}

export interface OnnxConstant {
  readonly name: string;
  readonly type: 'int64' | 'float';
  readonly dimensions: readonly number[];
  readonly values: readonly number[];
}

/** Bytes of the model: onnx.proto3, operators of set 13. */
export function writeOnnx({ inputs, outputs, nodes, constants, metadata }: OnnxModel): Buffer {
  const graph = message(
    ...nodes.map((node) => bytes(1, nodeMessage(node))),
    text(2, 'tiny'),
    ...constants.map((constant) => bytes(5, tensor(constant))),
    ...inputs.map((input) => bytes(11, valueInfo(input))),
    ...outputs.map((output) => bytes(12, valueInfo(output))),
  );
  return message(
    number(1, 8),
    bytes(7, graph),
    bytes(8, message(text(1, ''), number(2, 13))),
    ...Object.entries(metadata).map(([key, value]) => bytes(14, message(text(1, key), text(2, String(value))))),
  );
}

// Numbers of TensorProto.DataType.
const elementTypes = { float: 1, int32: 6, int64: 7 } as const;
/** AttributeProto.AttributeType of whole numbers. */
const wholeNumber = 2;

function nodeMessage({ type, inputs, outputs, attributes = {} }: OnnxNode): Buffer {
  return message(
    ...inputs.map((input) => text(1, input)),
    ...outputs.map((output) => text(2, output)),
    text(3, `${type} to ${outputs[0]}`),
    text(4, type),
    ...Object.entries(attributes).map(([name, value]) =>
      bytes(5, message(text(1, name), number(3, value), number(20, wholeNumber))),
    ),
  );
}

function tensor({ name, type, dimensions, values }: OnnxConstant): Buffer {
  const raw = type === 'float' ? Float32Array.from(values) : BigInt64Array.from(values, (value) => BigInt(value));
  return message(
    ...dimensions.map((dimension) => number(1, dimension)),
    number(2, elementTypes[type]),
    text(8, name),
    bytes(9, Buffer.from(raw.buffer)),
  );
}

function valueInfo({ name, type, dimensions }: OnnxValue): Buffer {
  const shape = message(
    ...dimensions.map((dimension) =>
      bytes(1, message(typeof dimension === 'number' ? number(1, dimension) : text(2, dimension))),
    ),
  );
  const tensorType = message(number(1, elementTypes[type]), bytes(2, shape));
  return message(text(1, name), bytes(2, message(bytes(1, tensorType))));
}

function message(...fields: readonly Buffer[]): Buffer {
  return Buffer.concat(fields);
}

function number(field: number, value: number): Buffer {
  return Buffer.concat([varint(field << 3), varint(value)]);
}

function text(field: number, value: string): Buffer {
  return bytes(field, Buffer.from(value));
}

function bytes(field: number, value: Buffer): Buffer {
  return Buffer.concat([varint((field << 3) | 2), varint(value.length), value]);
}

function varint(value: number): Buffer {
  const out: number[] = [];
  let rest = value;
  while (rest > 127) {
    out.push((rest & 127) | 128);
    rest >>>= 7;
  }
  out.push(rest);
  return Buffer.from(out);
}
