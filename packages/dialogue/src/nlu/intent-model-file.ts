import { z } from 'zod';
import { signalCount } from './confidence.ts';
import type { IntentModel } from './intent-model.ts';
import { NluError } from './nlu-error.ts';

/** First bytes of every model. */
const magic = 'PNLU';

/** Grows when models of before cannot be read or would be understood otherwise. */
const version = 1;

const headerSchema = z.object({
  version: z.literal(version),
  intents: z.array(z.string()).min(1).max(2000),
  features: z.int().min(0).max(50_000_000),
  weights: z.int().min(0).max(500_000_000),
  examples: z.int().min(0).max(100_000),
  unseenIdf: z.number().positive(),
  temperature: z.number().positive(),
  calibration: z.object({
    weights: z.array(z.number()).length(signalCount),
    rejectBelow: z.number().min(0).max(1),
  }),
});

/** Bytes of the magic and of the header's length. */
const preambleBytes = 8;

/** Small-endian: the lines of a JSON header, then arrays in a fixed order, each beginning at a multiple of four bytes. */
export function serializeIntentModel(model: IntentModel): Uint8Array {
  const header = new TextEncoder().encode(
    JSON.stringify({
      version,
      intents: [...model.intents],
      features: model.keys.length,
      weights: model.weights.length,
      examples: model.exampleKeys.length,
      unseenIdf: model.unseenIdf,
      temperature: model.temperature,
      calibration: { ...model.calibration, weights: [...model.calibration.weights] },
    } satisfies z.infer<typeof headerSchema>),
  );
  const counts = new Uint16Array(model.keys.length);
  for (let at = 0; at < counts.length; at += 1) counts[at] = (model.starts[at + 1] ?? 0) - (model.starts[at] ?? 0);
  const classes = model.intents.length > 256 ? model.classes : Uint8Array.from(model.classes);
  const parts = [
    model.keys,
    model.idf,
    counts,
    classes,
    model.weights,
    model.scales,
    model.biases,
    model.exampleKeys,
    model.exampleClasses,
  ];
  const bytes = new Uint8Array(
    preambleBytes + padded(header.length) + parts.reduce((sum, part) => sum + padded(part.byteLength), 0),
  );
  bytes.set(new TextEncoder().encode(magic));
  new DataView(bytes.buffer).setUint32(4, header.length, true);
  bytes.set(header, preambleBytes);
  let at = preambleBytes + padded(header.length);
  for (const part of parts) {
    bytes.set(new Uint8Array(part.buffer, part.byteOffset, part.byteLength), at);
    at += padded(part.byteLength);
  }
  return bytes;
}

/**
 * Read what `serializeIntentModel` wrote. Every length and place is checked, for the bytes may come from a store or a person.
 *
 * @throws NluError `model_invalid`
 */
export function parseIntentModel(bytes: Uint8Array): IntentModel {
  const { header, at } = readHeader(bytes);
  const reader = new PartReader(bytes, at);
  const intentCount = header.intents.length;
  const keys = new Uint32Array(reader.take(header.features * 4));
  const idf = new Float32Array(reader.take(header.features * 4));
  const counts = new Uint16Array(reader.take(header.features * 2));
  const classes =
    intentCount > 256
      ? new Uint16Array(reader.take(header.weights * 2))
      : Uint16Array.from(new Uint8Array(reader.take(header.weights)));
  const weights = new Int8Array(reader.take(header.weights));
  const scales = new Float32Array(reader.take(intentCount * 4));
  const biases = new Float32Array(reader.take(intentCount * 4));
  const exampleKeys = new Uint32Array(reader.take(header.examples * 4));
  const exampleClasses = new Uint16Array(reader.take(header.examples * 2));
  reader.end();
  const starts = new Uint32Array(header.features + 1);
  for (const [feature, count] of counts.entries()) starts[feature + 1] = (starts[feature] ?? 0) + count;
  if (starts[header.features] !== header.weights) throw invalid('The weights are not as many as the features say.');
  if (classes.some((ofClass) => ofClass >= intentCount)) throw invalid('A weight belongs to no intent.');
  if (exampleClasses.some((ofClass) => ofClass >= intentCount)) throw invalid('An example belongs to no intent.');
  if (new Set(keys).size !== keys.length) throw invalid('A feature occurs twice.');
  if (!idf.every((value) => Number.isFinite(value) && value >= 0)) throw invalid('A feature says no finite amount.');
  if (!scales.every(Number.isFinite) || !biases.every(Number.isFinite)) throw invalid('A scale is no finite number.');
  const { intents, unseenIdf, temperature, calibration } = header;
  return {
    intents,
    keys,
    idf,
    unseenIdf,
    starts,
    classes,
    weights,
    scales,
    biases,
    temperature,
    calibration,
    exampleKeys,
    exampleClasses,
  };
}

function readHeader(bytes: Uint8Array) {
  if (bytes.length < preambleBytes || new TextDecoder().decode(bytes.subarray(0, 4)) !== magic) {
    throw invalid('The bytes do not begin as a model does.');
  }
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(4, true);
  if (preambleBytes + length > bytes.length) throw invalid('The header is cut off.');
  const text = new TextDecoder().decode(bytes.subarray(preambleBytes, preambleBytes + length));
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new NluError('model_invalid', 'The header is no JSON.', { cause });
  }
  const header = headerSchema.safeParse(json);
  if (!header.success) throw invalid(`The header is wrong: ${z.prettifyError(header.error)}`);
  return { header: header.data, at: preambleBytes + padded(length) };
}

/** Copies part after part, so that each is aligned in memory of its own. */
class PartReader {
  readonly #bytes: Uint8Array;
  #at: number;

  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes;
    this.#at = at;
  }

  take(length: number): ArrayBuffer {
    if (this.#at + length > this.#bytes.length) throw invalid('The bytes are cut off.');
    const part = new Uint8Array(this.#bytes.subarray(this.#at, this.#at + length));
    this.#at += padded(length);
    return part.buffer;
  }

  end(): void {
    if (this.#at !== this.#bytes.length) throw invalid('There are more bytes than the header says.');
  }
}

function padded(length: number): number {
  return Math.ceil(length / 4) * 4;
}

function invalid(reason: string): NluError {
  return new NluError('model_invalid', reason);
}
