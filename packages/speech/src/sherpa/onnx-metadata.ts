import { type FileHandle, open } from 'node:fs/promises';

/** Longer keys, values or counts of them are no remarks of a speech model. */
const maxMetadataBytes = 4 * 1024 * 1024;

/**
 * What an ONNX model says of itself, without loading it: only the outermost fields of the file are looked at, so that it costs the same
 * for a gigabyte as for a kilobyte.
 *
 * @throws Error that names the file, when it cannot be read or is no ONNX model
 */
export async function readOnnxMetadata(path: string): Promise<ReadonlyMap<string, string>> {
  const file = await open(path, 'r');
  try {
    const metadata = new Map<string, string>();
    const { size } = await file.stat();
    let read = 0;
    for (let at = 0; at < size; ) {
      const head = await readBytes(file, at, Math.min(20, size - at));
      const tag = varint(head, 0);
      const field = Math.floor(tag.value / 8);
      const wire = tag.value % 8;
      if (wire === 0) at += varint(head, tag.next).next;
      else if (wire === 2) {
        const length = varint(head, tag.next);
        const from = at + length.next;
        at = from + length.value;
        if (at > size) throw new Error('it ends too early');
        if (field !== metadataField) continue;
        read += length.value;
        if (read > maxMetadataBytes) throw new Error('it says too much of itself');
        const { key, value } = entryOf(await readBytes(file, from, length.value));
        metadata.set(key, value);
      } else throw new Error('it is no ONNX model');
    }
    return metadata;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`${path} cannot be read: ${reason}.`, { cause });
  } finally {
    await file.close();
  }
}

/** `ModelProto.metadata_props` of onnx.proto3. */
const metadataField = 14;

/** StringStringEntryProto: key 1, value 2. */
function entryOf(bytes: Buffer): { readonly key: string; readonly value: string } {
  let key = '';
  let value = '';
  for (let at = 0; at < bytes.length; ) {
    const tag = varint(bytes, at);
    const length = varint(bytes, tag.next);
    const text = bytes.toString('utf8', length.next, length.next + length.value);
    if (tag.value === 10) key = text;
    else if (tag.value === 18) value = text;
    else throw new Error('it is no ONNX model');
    at = length.next + length.value;
  }
  return { key, value };
}

async function readBytes(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length);
  const { bytesRead } = await file.read(bytes, 0, length, position);
  if (bytesRead < length) throw new Error('it ends too early');
  return bytes;
}

function varint(bytes: Buffer, from: number): { readonly value: number; readonly next: number } {
  let value = 0;
  for (let index = 0; index < 8; index += 1) {
    const byte = bytes[from + index];
    if (byte === undefined) break;
    // Not by shifts: lengths of large models are beyond 31 bits.
    value += (byte & 127) * 128 ** index;
    if (byte < 128) return { value, next: from + index + 1 };
  }
  throw new Error('it is no ONNX model');
}
