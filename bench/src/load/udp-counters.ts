import { readFile } from 'node:fs/promises';

/** UDP of the whole machine, since it started. */
export interface UdpCounters {
  readonly sent: number;
  /** Packets that came while the socket's buffer was full. */
  readonly dropped: number;
}

/** Linux only. */
export async function udpCounters(): Promise<UdpCounters> {
  const [names = [], values = []] = (await readFile('/proc/net/snmp', 'utf8'))
    .split('\n')
    .filter((line) => line.startsWith('Udp:'))
    .map((line) => line.split(/\s+/));
  const value = (name: string) => Number(values[names.indexOf(name)] ?? 0);
  return { sent: value('OutDatagrams'), dropped: value('RcvbufErrors') };
}

/** Packets that came while the buffer of a socket that is open now at this IPv4 address was full. Linux only. */
export async function droppedAt(address: string): Promise<number> {
  const reversed = address.split('.').map((part) => Number(part).toString(16).padStart(2, '0'));
  const written = reversed.reverse().join('').toUpperCase();
  const lines = (await readFile('/proc/net/udp', 'latin1')).split('\n').map((line) => line.trim().split(/\s+/));
  return lines
    .filter(([, local]) => local?.startsWith(`${written}:`) === true)
    .reduce((sum, fields) => sum + Number(fields.at(-1)), 0);
}
