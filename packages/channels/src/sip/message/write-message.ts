import type { SipMessage } from './sip-message.ts';

/**
 * The bytes of a message. Content-Length is set to the body's length, where it stands or as the last header. Line ends within values
 * become spaces, so that no value can end its header.
 */
export function writeSipMessage(message: SipMessage): Buffer {
  const length = String(message.body.length);
  let head = startLine(message);
  let told = false;
  for (const { name, value } of message.headers) {
    if (name !== 'Content-Length') head += `${name}: ${oneLine(value)}\r\n`;
    else if (!told) {
      head += `Content-Length: ${length}\r\n`;
      told = true;
    }
  }
  if (!told) head += `Content-Length: ${length}\r\n`;
  head += '\r\n';
  if (message.body.length === 0) return Buffer.from(head, 'utf8');
  return Buffer.concat([Buffer.from(head, 'utf8'), message.body]);
}

const LINE_ENDS = /[\r\n]+/g;

function startLine(message: SipMessage): string {
  if (message.kind === 'request') return `${message.method} ${oneLine(message.uri)} SIP/2.0\r\n`;
  return `SIP/2.0 ${message.status} ${oneLine(message.reason)}\r\n`;
}

function oneLine(text: string): string {
  return text.includes('\n') || text.includes('\r') ? text.replace(LINE_ENDS, ' ') : text;
}
