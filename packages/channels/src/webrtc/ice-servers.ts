import type { IceServer } from './transport.ts';

/**
 * What a caller gives the WebRTC library, in its own form (`turn:user:secret@host:3478`). It knows no TCP or TLS to such
 * servers: those URLs are for browsers and left out here.
 */
export function callerServerUrls(servers: readonly IceServer[]): string[] {
  return servers.flatMap((server) => server.urls.filter(isUdp).map((url) => withCredentials(url, server)));
}

/**
 * What the answering side asks for its own address as seen from outside. Peers that share a UDP port cannot be relayed
 * themselves; the caller's relay is enough, but it lets in only what comes from an address it was told. A TURN server
 * answers STUN too, so it is asked where neither a STUN server nor the public address is given.
 */
export function answererServerUrls(servers: readonly IceServer[], publicIp: string | undefined): string[] {
  const urls = servers.flatMap((server) => server.urls).filter(isUdp);
  const stun = urls.filter((url) => url.startsWith('stun:'));
  if (stun.length > 0 || publicIp !== undefined) return [...new Set(stun)];
  return [...new Set(urls.map((url) => url.replace(/^turn:/, 'stun:').replace(/\?.*$/, '')))];
}

function isUdp(url: string): boolean {
  return /^(stun|turn):/.test(url) && !/[?&]transport=(?!udp\b)/.test(url);
}

function withCredentials(url: string, server: IceServer): string {
  if (server.username === undefined || !url.startsWith('turn:')) return url;
  const user = `${encodeURIComponent(server.username)}:${encodeURIComponent(server.credential ?? '')}`;
  return `turn:${user}@${url.slice('turn:'.length)}`;
}
