import { isIPv6 } from 'node:net';
import { WireError } from '@parley/contract/errors.ts';

/** A browser's offer with every candidate is about 10 kB. */
const MAX_SDP_CHARACTERS = 64_000;

export interface OfferedAudio {
  readonly mid: string;
  /** That the offerer gives to Opus. */
  readonly opusPayloadType: number;
}

/**
 * Looks through an offer for what this channel can serve: one audio section with Opus, and at most one for data.
 * Everything else about it is the transport's to judge.
 * @throws WireError `invalid_sdp` with the reason in details
 */
export function readOffer(sdp: string): OfferedAudio {
  if (sdp.length > MAX_SDP_CHARACTERS) throw invalid('longer than 64,000 characters');
  if (!sdp.startsWith('v=0')) throw invalid('does not begin with v=0');
  const sections = sdp.split(/\r?\n(?=m=)/).slice(1);
  const audio = sections.filter((section) => section.startsWith('m=audio '));
  const data = sections.filter((section) => section.startsWith('m=application '));
  if (audio.length !== 1) throw invalid(`${audio.length} audio sections; there must be one`);
  if (data.length > 1) throw invalid(`${data.length} data sections; there may be one`);
  if (audio.length + data.length !== sections.length) throw invalid('sections other than audio and data');
  if (!/^a=ice-ufrag:\S/m.test(sdp) || !/^a=fingerprint:\S/m.test(sdp)) throw invalid('no ICE or DTLS parameters');
  const section = audio[0] ?? '';
  const mid = /^a=mid:([\w.+-]{1,32})\s*$/m.exec(section)?.[1];
  if (mid === undefined) throw invalid('the audio section has no mid');
  const opus = /^a=rtpmap:(\d{1,3}) opus\/48000/im.exec(section)?.[1];
  const opusPayloadType = Number(opus);
  if (opus === undefined || opusPayloadType < 1 || opusPayloadType > 127)
    throw invalid('the audio section has no Opus');
  return { mid, opusPayloadType };
}

/**
 * Adds host candidates to an answer: addresses where the one port is also reached that the machine cannot see on its own
 * interfaces (the outside of a NAT, or loopback, which ICE implementations leave out). Lower priority than the real ones.
 */
export function addHostCandidates(sdp: string, addresses: readonly string[], port: number): string {
  const missing = addresses.filter((address) => !sdp.includes(` ${address} ${port} typ host`));
  const lines = missing.map((address, n) => {
    // 126 is the type preference of host candidates (RFC 8445, 5.1.2.1); below the least local preference in use.
    const priority = (126 << 24) + ((isIPv6(address) ? 1 : 2) << 8) - n;
    return `a=candidate:parley${n} 1 UDP ${priority} ${address} ${port} typ host\r\n`;
  });
  // Bundled sections share the first one's transport.
  const section = sdp.indexOf('\r\nm=');
  const end = section < 0 ? -1 : sdp.indexOf('\r\nm=', section + 4);
  const complete = sdp.indexOf('a=end-of-candidates', section);
  const at = complete >= 0 && (end < 0 || complete < end) ? complete : end < 0 ? sdp.length : end + 2;
  return sdp.slice(0, at) + lines.join('') + sdp.slice(at);
}

function invalid(reason: string): WireError {
  return new WireError('invalid_sdp', { reason });
}
