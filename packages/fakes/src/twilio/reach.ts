/**
 * Where an address is really served: Twilio comes by the public address, in tests the server behind it listens on loopback. What is
 * signed is the public address; `Host` and `X-Forwarded-Proto` tell it, as a proxy that ends TLS does.
 */
export interface Reached {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
}

/** @param reach public origins (`https://agent.example`) and where they are served (`http://127.0.0.1:8080`) */
export function reachOf(address: URL, reach: Readonly<Record<string, string>>): Reached {
  const isSocket = address.protocol === 'ws:' || address.protocol === 'wss:';
  const origin = `${address.protocol.replace(/^ws/, 'http')}//${address.host}`;
  const served = reach[origin];
  if (served === undefined) return { url: address, headers: {} };
  const url = new URL(`${address.pathname}${address.search}`, served);
  if (isSocket) url.protocol = url.protocol.replace(/^http/, 'ws');
  return {
    url,
    headers: {
      host: address.host,
      'x-forwarded-proto': address.protocol === 'wss:' || address.protocol === 'https:' ? 'https' : 'http',
    },
  };
}
