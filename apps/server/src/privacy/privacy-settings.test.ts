import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { readConfig } from '../config.ts';

const key = randomBytes(32).toString('base64');
const privacyOf = (env: Record<string, string>) => readConfig(env).privacy;
const vault = { VAULT_ADDR: 'https://vault.example:8200', VAULT_TOKEN: 't' };

describe('settings of privacy', () => {
  it('need none: the data folder has a secret of its own', () => {
    expect(privacyOf({})).toMatchObject({
      masterKey: { kind: 'data_folder' },
      region: undefined,
      redactsLogs: true,
      retention: { transcripts: undefined, events: 30, contexts: 30 },
    });
  });

  it('take a master key, the one before it, or a Vault that keeps it', () => {
    expect(
      privacyOf({ PARLEY_MASTER_KEY: key, PARLEY_MASTER_KEY_PREVIOUS: randomBytes(32).toString('hex') }),
    ).toMatchObject({
      masterKey: { kind: 'given', key: Buffer.from(key, 'base64') },
      previousMasterKey: expect.any(Buffer),
    });
    expect(privacyOf({ ...vault, PARLEY_MASTER_KEY_PREVIOUS: key })).toMatchObject({
      masterKey: {
        kind: 'vault',
        vault: { transitKey: 'parley', mount: 'transit', token: { kind: 'text', text: 't' } },
      },
    });
  });

  it.each([
    [{ PARLEY_MASTER_KEY: 'secret' }, /PARLEY_MASTER_KEY must be 32 bytes/],
    [{ ...vault, PARLEY_MASTER_KEY: key }, /PARLEY_MASTER_KEY is set beside VAULT_ADDR/],
    [{ VAULT_ADDR: vault.VAULT_ADDR }, /VAULT_TOKEN or VAULT_TOKEN_FILE/],
    [{ ...vault, VAULT_TOKEN_FILE: '/t' }, /VAULT_TOKEN or VAULT_TOKEN_FILE/],
    [{ VAULT_ADDR: 'vault:8200', VAULT_TOKEN: 't' }, /VAULT_ADDR must be an address/],
    [{ REGION: 'EU West' }, /REGION must be/],
    [{ RETENTION_TRANSCRIPTS_DAYS: '0' }, /RETENTION_TRANSCRIPTS_DAYS must be/],
  ])('that are wrong are told in a sentence, without the secret: %j', (env, sentence) => {
    expect(() => readConfig(env)).toThrow(sentence);
    expect(() => readConfig(env)).not.toThrow(key);
  });
});
