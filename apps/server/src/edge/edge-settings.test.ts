import { describe, expect, it } from 'vitest';
import { readConfig } from '../config.ts';

describe('settings of the edge', () => {
  it('let nobody in from elsewhere and nothing out to private hosts unless they say so', () => {
    const { edge } = readConfig({});
    expect(edge).toMatchObject({ trustedProxies: [], allowedOrigins: [], outgoingAllowedHosts: [] });
    expect(edge.rates?.signIn).toBe(20);
    expect(readConfig({ RATE_LIMITS: 'off' }).edge.rates).toBeUndefined();
  });

  it('are lists with commas', () => {
    const { edge } = readConfig({
      TRUSTED_PROXIES: '10.0.0.0/8, ::1',
      ALLOWED_ORIGINS: 'https://A.example/,http://localhost:5173',
      OUTGOING_ALLOWED_HOSTS: 'crm.internal, 10.1.0.0/16,fd00::/8',
      OUTGOING_PORTS: '443, 8443',
    });
    expect(edge.trustedProxies).toEqual(['10.0.0.0/8', '::1']);
    expect(edge.allowedOrigins).toEqual(['https://a.example', 'http://localhost:5173']);
    expect(edge.outgoingAllowedHosts).toEqual(['crm.internal', '10.1.0.0/16', 'fd00::/8']);
    expect(edge.outgoingPorts).toEqual([443, 8443]);
  });

  it.each([
    ['TRUSTED_PROXIES', 'proxy.internal'],
    ['TRUSTED_PROXIES', '10.0.0.0/33'],
    ['ALLOWED_ORIGINS', '*'],
    ['ALLOWED_ORIGINS', 'https://a.example/path'],
    ['ALLOWED_ORIGINS', 'shop.example'],
    ['OUTGOING_ALLOWED_HOSTS', 'http://crm.internal'],
    ['OUTGOING_PORTS', '0'],
    ['RATE_LIMITS', 'yes'],
    ['RATE_LIMIT_OPEN', '0'],
    ['RATE_LIMIT_OPEN', 'many'],
    ['MAX_REQUESTS_IN_FLIGHT', '-1'],
  ])('%s=%s is refused in one sentence that names it', (name, value) => {
    expect(() => readConfig({ [name]: value })).toThrow(
      new RegExp(`^${name} must be .*\\. Correct it and start again\\.$`),
    );
  });
});
