import { BlockList, isIPv6 } from 'node:net';
import type { SdpMedia } from './parse-sdp.ts';

export interface Remote {
  /** Undefined: not told in a form that can be sent to; where packets come from is found out. */
  readonly address: string | undefined;
  readonly port: number;
  readonly rtcpAddress: string | undefined;
  readonly rtcpPort: number;
  readonly isMuxed: boolean;
}

interface OwnEnd {
  /** Ours, that the far side is told. */
  readonly address: string;
  /** From which the far side signals. */
  readonly signallingAddress: string;
}

/** Where a media line says that it is, as far as it may be sent to. */
export function remoteOf(line: SdpMedia, isMuxed: boolean, local: OwnEnd): Remote {
  const address = reachable(line.address, local);
  const rtcpAddress = line.rtcp?.address === undefined ? address : reachable(line.rtcp.address, local);
  const rtcpPort = isMuxed ? line.port : (line.rtcp?.port ?? Math.min(65_535, line.port + 1));
  return { address, port: line.port, rtcpAddress: isMuxed ? address : rtcpAddress, rtcpPort, isMuxed };
}

/** Where no single telephone is: packets sent there would hit many, or nobody. */
const nowhere = new BlockList();
nowhere.addSubnet('0.0.0.0', 8, 'ipv4');
nowhere.addSubnet('224.0.0.0', 3, 'ipv4');
nowhere.addAddress('::', 'ipv6');
nowhere.addSubnet('ff00::', 8, 'ipv6');

const thisMachine = new BlockList();
thisMachine.addSubnet('127.0.0.0', 8, 'ipv4');
thisMachine.addAddress('::1', 'ipv6');
thisMachine.addSubnet('::ffff:127.0.0.0', 104, 'ipv6');

function reachable(address: string | undefined, local: OwnEnd): string | undefined {
  if (address === undefined || isIPv6(address) !== isIPv6(local.address)) return undefined;
  if (isIn(nowhere, address)) return undefined;
  // Nobody elsewhere may have us speak to services of this machine.
  if (isIn(thisMachine, address) && !isIn(thisMachine, local.signallingAddress)) return undefined;
  return address;
}

function isIn(list: BlockList, address: string): boolean {
  return list.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
}
