/** A message of the protocol that both sides speak over the WebSocket: headers as in mail, and a body. */
export interface UspMessage {
  /** Lower case. */
  readonly path: string;
  readonly requestId: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
}
export interface UspText extends UspMessage {
  readonly body: string;
}
export interface UspBinary extends UspMessage {
  readonly body: Uint8Array;
}

/** Undefined for what is none. */
export function parseUspText(text: string): UspText | undefined {
  const at = text.indexOf('\r\n\r\n');
  if (at < 0) return undefined;
  const message = messageOf(text.slice(0, at));
  return message && { ...message, body: text.slice(at + 4) };
}

/** Two bytes say how long the headers are. Undefined for what is none. */
export function parseUspBinary(bytes: Uint8Array): UspBinary | undefined {
  if (bytes.length < 2) return undefined;
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint16(0);
  if (bytes.length < 2 + length) return undefined;
  const message = messageOf(Buffer.from(bytes.subarray(2, 2 + length)).toString('latin1'));
  return message && { ...message, body: bytes.subarray(2 + length) };
}

function messageOf(lines: string): UspMessage | undefined {
  const headers: Record<string, string> = {};
  for (const line of lines.split('\r\n')) {
    const at = line.indexOf(':');
    if (at > 0) headers[line.slice(0, at).trim().toLowerCase()] = line.slice(at + 1).trim();
  }
  const path = headers.path?.toLowerCase();
  const requestId = headers['x-requestid'];
  return path === undefined || requestId === undefined ? undefined : { path, requestId, headers };
}

/** What the service sends in text: always JSON. */
export function uspText(path: string, requestId: string, body: unknown): string {
  return `X-RequestId:${requestId}\r\nContent-Type:application/json; charset=utf-8\r\nPath:${path}\r\n\r\n${JSON.stringify(body)}`;
}

export function uspAudio(requestId: string, streamId: string, body: Uint8Array): Uint8Array {
  const headers = Buffer.from(
    `X-RequestId:${requestId}\r\nContent-Type:audio/x-wav\r\nX-StreamId:${streamId}\r\nPath:audio\r\n`,
    'latin1',
  );
  const message = new Uint8Array(2 + headers.length + body.length);
  new DataView(message.buffer).setUint16(0, headers.length);
  message.set(headers, 2);
  message.set(body, 2 + headers.length);
  return message;
}

/** The service counts time in units of 100 ns. */
export function ticksOfMs(ms: number): number {
  return Math.round(ms * 10_000);
}
