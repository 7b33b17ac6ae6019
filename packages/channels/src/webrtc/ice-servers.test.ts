import { expect, test } from 'vitest';
import { answererServerUrls, callerServerUrls } from './ice-servers.ts';

const turn = { urls: ['turn:turn.example:3478'], username: '1700:ann', credential: 'a/b@c' };
const browsersOnly = ['turn:turn.example:443?transport=tcp', 'turns:turn.example:5349', 'stuns:stun.example:5349'];

test('a caller is given the TURN server with its credentials, whatever characters they hold', () => {
  expect(callerServerUrls([{ urls: ['stun:stun.example:3478'] }, turn])).toEqual([
    'stun:stun.example:3478',
    'turn:1700%3Aann:a%2Fb%40c@turn.example:3478',
  ]);
});

test('servers reached by TCP or TLS are for browsers and harm nobody else', () => {
  expect(callerServerUrls([{ ...turn, urls: browsersOnly }])).toEqual([]);
  expect(answererServerUrls([{ ...turn, urls: browsersOnly }], undefined)).toEqual([]);
});

test('a server that has only a TURN server learns its own address from that', () => {
  const urls = ['turn:turn.example:3478', 'turn:turn.example:3478?transport=udp'];
  expect(answererServerUrls([{ ...turn, urls }], undefined)).toEqual(['stun:turn.example:3478']);
});

test('a server that was told its own address, or a STUN server, does not ask the TURN server', () => {
  expect(answererServerUrls([turn], '203.0.113.7')).toEqual([]);
  expect(answererServerUrls([turn, { urls: ['stun:stun.example:3478'] }], undefined)).toEqual([
    'stun:stun.example:3478',
  ]);
});
