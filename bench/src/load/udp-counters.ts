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

/** Packets that came while the buffer of a socket was full that is open now at all IPv4 addresses, by one of these ports. Linux only. */
export async function droppedAt({ from, to }: { readonly from: number; readonly to: number }): Promise<number> {
  const lines = (await readFile('/proc/net/udp', 'latin1')).split('\n').slice(1);
  return lines
    .map((line) => line.trim().split(/\s+/))
    .filter(([, local = '']) => {
      const [address, port = ''] = local.split(':');
      return address === '00000000' && Number.parseInt(port, 16) >= from && Number.parseInt(port, 16) <= to;
    })
    .reduce((sum, fields) => sum + Number(fields.at(-1)), 0);
}
