import { describe, expect, it } from 'vitest';
import { readConfig } from './config.ts';

describe('settings', () => {
  it('need none to be given', () => {
    expect(readConfig({})).toMatchObject({
      port: 8080,
      webrtcPort: 8080,
      host: 'localhost',
      database: { url: undefined, replicaUrl: undefined },
      iceServers: [],
    });
  });

  it('take ICE servers as a list with credentials, or as JSON', () => {
    expect(readConfig({ ICE_SERVERS: 'stun:a:3478, turn:b:3478|user|secret' }).iceServers).toEqual([
      { urls: ['stun:a:3478'] },
      { urls: ['turn:b:3478'], username: 'user', credential: 'secret' },
    ]);
    expect(readConfig({ ICE_SERVERS: '[{"urls":"stun:a"}]' }).iceServers).toEqual([{ urls: ['stun:a'] }]);
  });

  it('name what listens and speaks in order of preference', () => {
    expect(readConfig({})).toMatchObject({
      recognizers: ['embedded'],
      synthesizers: ['embedded'],
      voiceDetector: 'light',
    });
    expect(readConfig({ SYNTHESIZER: 'embedded, espeak' }).synthesizers).toEqual(['embedded', 'espeak']);
    expect(readConfig({ SPEECH: 'scripted', SYNTHESIZER: 'embedded' })).toMatchObject({
      recognizers: ['scripted'],
      synthesizers: ['embedded'],
    });
  });

  it('name a folder or a server that turns sentences into vectors', () => {
    expect(readConfig({}).embeddings).toBeUndefined();
    expect(readConfig({ NLU_EMBEDDINGS: 'local:/models/e5' }).embeddings).toEqual({
      type: 'local',
      folder: '/models/e5',
    });
    const server = { NLU_EMBEDDINGS: 'http://localhost:8000/v1', NLU_EMBEDDINGS_MODEL: 'e5', NLU_EMBEDDINGS_KEY: 'k' };
    expect(readConfig(server).embeddings).toEqual({
      type: 'server',
      baseUrl: 'http://localhost:8000/v1',
      model: 'e5',
      apiKey: 'k',
    });
  });

  it('choose where the hotel keeps its rooms, and then want its keys', () => {
    expect(readConfig({}).hotel).toEqual({ kind: 'sandbox' });
    const keys = { APALEO_CLIENT_ID: 'id', APALEO_CLIENT_SECRET: 'secret', APALEO_PROPERTY_ID: 'MUC' };
    const apaleo = { HOTEL_PROPERTY: 'apaleo', HOTEL_HOUSE: '/etc/house.json', ...keys, MEWS_RATE_ID: 'not asked for' };
    expect(readConfig(apaleo).hotel).toEqual({ kind: 'apaleo', HOTEL_HOUSE: '/etc/house.json', ...keys });
    expect(() => readConfig({ ...apaleo, APALEO_CLIENT_SECRET: '' })).toThrow(/^APALEO_CLIENT_SECRET must be set/);
    expect(() => readConfig({ HOTEL_PROPERTY: 'mews' })).toThrow(/^HOTEL_HOUSE must be set/);
  });

  it.each([
    ['PORT', '80a'],
    ['SYNTHESIZER', 'embedded,'],
    ['RECOGNIZER', 'a,b,c,d,e'],
    ['PORT', '70000'],
    ['WEBRTC_PORT', '-1'],
    ['ICE_SERVERS', 'http://x'],
    ['ICE_SERVERS', '[{]'],
    ['PUBLIC_IP', 'here'],
    ['TIME_ZONE', 'Mars/Base'],
    ['LOG_LEVEL', 'loud'],
    ['VOICE_DETECTOR', 'ears'],
    ['MAX_CONVERSATIONS', '0'],
    ['DATABASE_URL', 'mysql://x'],
    ['HOTEL_PROPERTY', 'grand'],
    ['NLU_EMBEDDINGS', 'minilm'],
  ])('that are wrong are named in one sentence: %s=%s', (name, value) => {
    expect(() => readConfig({ [name]: value })).toThrow(
      expect.objectContaining({
        code: 'config_invalid',
        message: expect.stringMatching(new RegExp(`^${name} must [^\n]*start again\\.$`)),
      }),
    );
  });
});
