/** An input or output of a model: 64-bit integers or 32-bit floats, of as many dimensions as there are names. */
export interface TinyValue {
  readonly name: string;
  readonly type: 'int64' | 'float';
  readonly dimensions: readonly string[];
}

/**
 * Bytes of an ONNX model that looks tokens up in a table: the smallest that has the shape of a sentence model.
 *
 * @param table of each token, its vector
 * @param inputs the first one holds the tokens; the others are taken and not used
 */
export function lookUpModel(
  table: readonly (readonly number[])[],
  inputs: readonly TinyValue[],
  output: TinyValue,
): Buffer {
  const size = table[0]?.length ?? 0;
  const tensor = message(
    ...[table.length, size].map((dimension) => number(1, dimension)),
    number(2, elementTypes.float),
    text(8, 'table'),
    bytes(9, Buffer.from(Float32Array.from(table.flat()).buffer)),
  );
  const node = message(text(1, 'table'), text(1, inputs[0]?.name ?? ''), text(2, output.name), text(4, 'Gather'));
  const graph = message(
    bytes(1, node),
    text(2, 'look up'),
    bytes(5, tensor),
    ...inputs.map((input) => bytes(11, value(input))),
    bytes(12, value(output)),
  );
  return message(number(1, 8), bytes(7, graph), bytes(8, message(text(1, ''), number(2, 13))));
}

// Numbers of fields and types: onnx.proto3 of ONNX 1.15.
const elementTypes = { float: 1, int64: 7 } as const;

function value({ name, type, dimensions }: TinyValue): Buffer {
  const shape = message(...dimensions.map((dimension) => bytes(1, message(text(2, dimension)))));
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
