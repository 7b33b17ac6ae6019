import { randomBytes } from 'node:crypto';

/** A part of a form: a field of text, or a file. */
export type FormPart =
  | { readonly name: string; readonly text: string }
  | { readonly name: string; readonly fileName: string; readonly type: string; readonly bytes: Uint8Array };

/**
 * A form as the bytes of `multipart/form-data` (RFC 7578). In one piece, since `fetch` sends a `FormData` as a stream, whose rejection
 * nobody can catch when the request is given up meanwhile (Node 24: "ReadableStream is already closed").
 */
export function encodeForm(parts: readonly FormPart[]): {
  readonly type: string;
  readonly body: Uint8Array<ArrayBuffer>;
} {
  const boundary = `form-${randomBytes(16).toString('hex')}`;
  const pieces = parts.flatMap((part) => {
    const head = `--${boundary}\r\ncontent-disposition: form-data; name="${quoted(part.name)}"`;
    return 'text' in part
      ? [Buffer.from(`${head}\r\n\r\n${part.text}\r\n`)]
      : [
          Buffer.from(`${head}; filename="${quoted(part.fileName)}"\r\ncontent-type: ${part.type}\r\n\r\n`),
          part.bytes,
          Buffer.from('\r\n'),
        ];
  });
  return {
    type: `multipart/form-data; boundary=${boundary}`,
    body: Uint8Array.from(Buffer.concat([...pieces, Buffer.from(`--${boundary}--\r\n`)])),
  };
}

/** As browsers do it. */
function quoted(name: string): string {
  return name.replace(/"/g, '%22').replace(/\r/g, '%0D').replace(/\n/g, '%0A');
}
