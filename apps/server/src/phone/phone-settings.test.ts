import { describe, expect, it } from 'vitest';
import { readConfig } from '../config.ts';
import { spellings } from './who-answers.ts';

describe('the settings of the phone', () => {
  it('let a softphone on the laptop call without any', () => {
    const { sip, rtpPorts, soundThreads, outbound } = readConfig({}).phone;
    expect(sip).toMatchObject({
      ...{ port: 5060, isPortChosen: false, tls: undefined, trunk: undefined, srtp: 'accepted' },
      codecs: ['PCMU', 'PCMA', 'G722', 'opus'],
    });
    expect(sip?.allowed).toContain('127.0.0.0/8');
    expect(sip?.accounts.size).toBe(0);
    expect(rtpPorts).toEqual({ from: 20_000, to: 29_999 });
    expect(soundThreads).toBe(1);
    expect(outbound).toEqual({ perHour: 60, atOnce: 10, prefixes: [] });
  });

  it('open the telephone to the first organization alone, to those that are listed, or to all', () => {
    const id = '7c9e6679-7425-40de-944b-e07fc1f90ae7';
    expect(readConfig({}).phone.organizations).toEqual(new Set());
    expect(readConfig({ PHONE_ORGANIZATIONS: ` ${id.toUpperCase()},` }).phone.organizations).toEqual(new Set([id]));
    expect(readConfig({ PHONE_ORGANIZATIONS: 'all' }).phone.organizations).toBe('all');
    expect(() => readConfig({ PHONE_ORGANIZATIONS: 'everybody' })).toThrow('PHONE_ORGANIZATIONS');
  });

  it('turn SIP off, or name a port', () => {
    expect(readConfig({ SIP_PORT: 'off' }).phone.sip).toBeUndefined();
    expect(readConfig({ SIP_PORT: '5070' }).phone.sip).toMatchObject({ port: 5070, isPortChosen: true });
  });

  it('name a trunk with its account, and telephones with theirs', () => {
    const { sip } = readConfig({
      SIP_TRUNK: 'sip:trunk.example.com:5080;transport=tcp',
      SIP_TRUNK_USER: '35315550100',
      SIP_TRUNK_PASSWORD: 'a, b: c',
      SIP_TRUNK_REGISTER: 'on',
      SIP_ACCOUNTS: 'reception:with:colons, door:another password',
      SIP_ALLOW: 'none',
    }).phone;
    expect(sip?.trunk).toEqual({
      ...{ uri: 'sip:trunk.example.com:5080;transport=tcp', host: 'trunk.example.com', registers: true },
      ...{ username: '35315550100', password: 'a, b: c' },
    });
    expect([...(sip?.accounts ?? [])]).toEqual([
      ['reception', 'with:colons'],
      ['door', 'another password'],
    ]);
    expect(sip?.allowed).toEqual([]);
    expect(readConfig({ SIP_TRUNK: 'sip:[2001:db8::1]:5060' }).phone.sip?.trunk?.host).toBe('2001:db8::1');
  });

  it.each([
    [{ SIP_PORT: 'on' }, 'SIP_PORT must be a port number'],
    [{ SIP_ACCOUNTS: 'reception:short' }, 'SIP_ACCOUNTS must be user:password pairs'],
    [{ SIP_ALLOW: 'everybody' }, 'SIP_ALLOW must be IP addresses or networks'],
    [{ SIP_TRUNK: 'trunk.example.com' }, 'SIP_TRUNK must be the address of a trunk'],
    [{ SIP_TRUNK_REGISTER: 'on' }, 'SIP_TRUNK must be set for SIP_TRUNK_REGISTER=on'],
    [{ SIP_TLS_CERT: '/etc/sip.crt' }, 'SIP_TLS_KEY must be set beside SIP_TLS_CERT'],
    [{ SIP_CODECS: 'gsm' }, 'SIP_CODECS must be some of pcmu, pcma, g722, opus'],
    [{ RTP_PORTS: '30000-20000' }, 'RTP_PORTS must be a range of ports'],
    [{ PHONE_PREFIXES: '353' }, 'PHONE_PREFIXES must be beginnings of international numbers'],
  ])('are refused where they cannot be meant: %j', (env, sentence) => {
    expect(() => readConfig(env)).toThrow(sentence);
  });
});

describe('a number that is called', () => {
  it.each([
    ['+353 1 555 0100', ['+35315550100', '35315550100']],
    ['0035315550100', ['0035315550100', '+35315550100', '35315550100']],
    ['35315550100', ['35315550100', '+35315550100']],
    ['0861234567', ['0861234567']],
    ['Reception', ['reception']],
    ['100', ['100']],
  ])('%s is looked for in the spellings that networks have for it', (called, expected) => {
    expect(spellings(called)).toEqual(expected);
  });
});
