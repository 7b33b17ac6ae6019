import { randomUUID } from 'node:crypto';
import { WireError } from '@parley/contract/errors.ts';
import { type CryptoKey, exportJWK, generateKeyPair, importJWK, type JSONWebKeySet, type JWK } from 'jose';
import { z } from 'zod';
import type { Sealer } from '../privacy/sealer.ts';
import type { Database } from '../storage/database.ts';
import { addSigningKey, deleteSigningKeys, listSigningKeys, type StoredSigningKey } from './signing-keys-repository.ts';

export interface SigningKeyOptions {
  /** How long a key signs. */
  readonly lifeMs: number;
  /** How long before its turn the next key is published, so that every replica knows it by then. */
  readonly aheadMs: number;
  /** How long a key still verifies after it signed last. */
  readonly verifiesForMs: number;
  /** How often keys are read anew. */
  readonly reloadMs: number;
  /** An unknown key's name is looked up at most this often: tokens with made-up names cost the database nothing. */
  readonly unknownPauseMs: number;
}

export const signingKeyDefaults: SigningKeyOptions = {
  lifeMs: 30 * 24 * 3_600_000,
  aheadMs: 24 * 3_600_000,
  // Four times the life of a token.
  verifiesForMs: 3_600_000,
  reloadMs: 300_000,
  unknownPauseMs: 5000,
};

/** The algorithm of access tokens: small signatures, fast to verify, no randomness to get wrong. */
export const signingAlgorithm = 'EdDSA';

export interface SigningKeys {
  /** The key to sign with now. @throws WireError `storage_unavailable` when there is none and none can be made */
  signer(): Promise<{ readonly keyId: string; readonly key: CryptoKey }>;
  /** The public key of that name; undefined when there is none. */
  verifier(keyId: string): Promise<CryptoKey | undefined>;
  /** What others verify our tokens with. */
  publicKeys(): JSONWebKeySet;
  close(): void;
}

interface LoadedKey {
  readonly keyId: string;
  readonly publicJwk: JWK;
  readonly publicKey: CryptoKey;
  /** Undefined when it was sealed with a master key that is gone: it verifies, and signs no more. */
  readonly privateKey: CryptoKey | undefined;
  readonly retiresAtMs: number;
}

/** Keys in the database, shared by all replicas and changed by themselves. */
export async function openSigningKeys(parts: {
  readonly database: Database;
  readonly sealer: Sealer;
  readonly onError: (error: unknown, what: string) => void;
  readonly nowMs?: () => number;
  readonly options?: SigningKeyOptions;
}): Promise<SigningKeys> {
  const { database, sealer, onError, nowMs = Date.now, options = signingKeyDefaults } = parts;
  const loaded = new Map<string, LoadedKey>();
  let reloadedAtMs = Number.NEGATIVE_INFINITY;
  let reloading: Promise<void> | undefined;

  const load = async (row: StoredSigningKey): Promise<LoadedKey> => {
    const publicJwk = jwkSchema.parse(row.publicJwk);
    const opened = await sealer.open(row.sealedPrivateJwk, purposeOf(row.keyId)).catch((error: unknown) => {
      if (!(error instanceof WireError) || error.code !== 'sealed_unreadable') throw error;
      onError(error, `the signing key ${row.keyId}: a new one takes its place`);
      return undefined;
    });
    return {
      keyId: row.keyId,
      publicJwk,
      publicKey: await importKey(publicJwk),
      privateKey: opened === undefined ? undefined : await importKey(jwkSchema.parse(JSON.parse(opened))),
      retiresAtMs: row.retiresAt.getTime(),
    };
  };

  const reloadNow = async (): Promise<void> => {
    const verifiesUntil = new Date(nowMs() - options.verifiesForMs);
    const rows = await database.acrossOrganizations(async (transaction) => {
      await deleteSigningKeys(transaction, verifiesUntil);
      return listSigningKeys(transaction, verifiesUntil);
    });
    const known = new Map(loaded);
    const fresh = await Promise.all(rows.map(async (row) => known.get(row.keyId) ?? load(row)));
    loaded.clear();
    for (const key of fresh) loaded.set(key.keyId, key);
    reloadedAtMs = nowMs();
  };
  const reload = (): Promise<void> => {
    reloading ??= reloadNow().finally(() => {
      reloading = undefined;
    });
    return reloading;
  };

  /** The oldest that may sign: a younger one waits until every replica knows it. */
  const usable = (atMs: number) =>
    [...loaded.values()].find(({ privateKey, retiresAtMs }) => privateKey !== undefined && retiresAtMs > atMs);

  const make = async (): Promise<void> => {
    const keyId = randomUUID();
    const pair = await generateKeyPair(signingAlgorithm, { extractable: true });
    const sealedPrivateJwk = await sealer.seal(JSON.stringify(await exportJWK(pair.privateKey)), purposeOf(keyId));
    const publicJwk = { ...(await exportJWK(pair.publicKey)), kid: keyId, alg: signingAlgorithm, use: 'sig' };
    const createdAt = new Date(nowMs());
    // Its own time begins when the one before it retires.
    const retiresAt = new Date(nowMs() + options.lifeMs + (usable(nowMs()) === undefined ? 0 : options.aheadMs));
    await database.acrossOrganizations((transaction) =>
      addSigningKey(transaction, { keyId, publicJwk, sealedPrivateJwk, createdAt, retiresAt }),
    );
  };
  const keepFresh = async (): Promise<void> => {
    await reload();
    if (usable(nowMs() + options.aheadMs) !== undefined) return;
    await make();
    // Another replica may have made one at the same moment: all sign with the oldest.
    await reload();
  };

  await keepFresh();
  const timer = setInterval(() => {
    keepFresh().catch((error: unknown) => onError(error, 'signing keys'));
  }, options.reloadMs);
  timer.unref();

  return {
    signer: async () => {
      if (usable(nowMs()) === undefined) await keepFresh();
      const found = usable(nowMs());
      if (found?.privateKey === undefined) throw new WireError('storage_unavailable');
      return { keyId: found.keyId, key: found.privateKey };
    },
    verifier: async (keyId) => {
      if (!loaded.has(keyId) && nowMs() - reloadedAtMs >= options.unknownPauseMs) await reload();
      return loaded.get(keyId)?.publicKey;
    },
    publicKeys: () => ({ keys: [...loaded.values()].map(({ publicJwk }) => publicJwk) }),
    close: () => clearInterval(timer),
  };
}

function purposeOf(keyId: string): string {
  return `signing-key:${keyId}`;
}

const jwkSchema = z.looseObject({ kty: z.literal('OKP'), crv: z.literal('Ed25519'), x: z.string() });

async function importKey(jwk: JWK): Promise<CryptoKey> {
  const key = await importJWK(jwk, signingAlgorithm);
  if (key instanceof Uint8Array) throw new Error('A signing key is not of the expected kind.');
  return key;
}
