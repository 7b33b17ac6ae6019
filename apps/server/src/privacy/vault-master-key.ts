import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import type { MasterKey } from './master-key.ts';

export interface VaultSettings {
  /** `https://vault.example:8200` */
  readonly address: string;
  readonly transitKey: string;
  /** Where the transit engine is mounted. */
  readonly mount: string;
  readonly namespace: string | undefined;
  /** A file is read for each request: agents renew what is in it. */
  readonly token: { readonly kind: 'text'; readonly text: string } | { readonly kind: 'file'; readonly path: string };
}

export interface VaultOptions {
  readonly timeoutMs: number;
  readonly tries: number;
  /** Before the second try; twice as long before each further one, and up to half as much again by chance. */
  readonly waitMs: number;
}

export const vaultDefaults: VaultOptions = {
  // It answers in milliseconds; a seal of several replicas that start at once must not time out.
  timeoutMs: 5000,
  // Over a change of leader, which takes about a second.
  tries: 4,
  waitMs: 300,
};

/** A key of HashiCorp Vault's transit engine: it never leaves Vault, which keeps its own log of who used it. */
export function createVaultMasterKey(settings: VaultSettings, options: VaultOptions = vaultDefaults): MasterKey {
  const { address, mount, transitKey } = settings;
  const post = async (verb: 'encrypt' | 'decrypt', body: object, signal: AbortSignal | undefined) => {
    const url = `${address.replace(/\/+$/, '')}/v1/${mount}/${verb}/${encodeURIComponent(transitKey)}`;
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await ask(url, body, settings, options.timeoutMs, signal);
      } catch (error) {
        if (attempt >= options.tries || signal?.aborted === true || !mayPass(error)) throw error;
        const waitMs = options.waitMs * 2 ** (attempt - 1) * (1 + Math.random() / 2);
        await new Promise((resolve) => setTimeout(resolve, waitMs));
      }
    }
  };
  return {
    id: `vault:${mount}/${transitKey}`,
    wrap: async (key, signal) => {
      const answer = await post('encrypt', { plaintext: key.toString('base64') }, signal);
      return encryptedSchema.parse(answer).data.ciphertext;
    },
    unwrap: async (wrapped, signal) => {
      const answer = await post('decrypt', { ciphertext: wrapped }, signal);
      return Buffer.from(decryptedSchema.parse(answer).data.plaintext, 'base64');
    },
  };
}

/** Vault said no, or nothing. The message names paths and rights, no secrets. */
export class VaultError extends Error {
  /** Undefined when there was no answer. */
  readonly status: number | undefined;

  constructor(status: number | undefined, message: string, options?: ErrorOptions) {
    const what = status === undefined ? 'did not answer' : `answered ${status}`;
    super(`Vault ${what}: ${message}. Check VAULT_ADDR, VAULT_TRANSIT_KEY and what the token may do.`, options);
    this.name = 'VaultError';
    this.status = status;
  }
}

const encryptedSchema = z.object({ data: z.object({ ciphertext: z.string().startsWith('vault:') }) });
const decryptedSchema = z.object({ data: z.object({ plaintext: z.base64() }) });
const refusalSchema = z.object({ errors: z.array(z.string()) });
/** Answers are a few hundred bytes. */
const maxAnswerBytes = 64 * 1024;

async function ask(
  url: string,
  body: object,
  { token, namespace }: VaultSettings,
  timeoutMs: number,
  signal: AbortSignal | undefined,
): Promise<unknown> {
  const tooLong = AbortSignal.timeout(timeoutMs);
  const tokenText = token.kind === 'text' ? token.text : (await readFile(token.path, 'utf8')).trim();
  let response: Response;
  let text: string;
  try {
    response = await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'x-vault-request': 'true',
        'x-vault-token': tokenText,
        ...(namespace !== undefined && { 'x-vault-namespace': namespace }),
      },
      body: JSON.stringify(body),
      // The token must not be carried elsewhere.
      redirect: 'error',
      signal: signal === undefined ? tooLong : AbortSignal.any([signal, tooLong]),
    });
    text = await boundedText(response);
  } catch (cause) {
    throw cause instanceof VaultError ? cause : new VaultError(undefined, reason(cause), { cause });
  }
  if (!response.ok) throw new VaultError(response.status, refusal(text));
  return parsed(response.status, text);
}

async function boundedText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > maxAnswerBytes) throw new VaultError(response.status, 'more than 64 KiB');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function refusal(text: string): string {
  try {
    return refusalSchema.parse(JSON.parse(text)).errors.join('; ').slice(0, 300) || 'no reason';
  } catch {
    return 'no reason';
  }
}

function parsed(status: number, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new VaultError(status, 'no JSON');
  }
}

/** Fetch hides what happened in the cause. */
function reason(error: unknown): string {
  if (error instanceof Error && error.cause instanceof Error) return error.cause.message;
  return error instanceof Error ? error.message : String(error);
}

/** Sealed, standing by, overloaded, or not reached: the next try may be answered. Anything else stays as it is. */
function mayPass(error: unknown): boolean {
  if (!(error instanceof VaultError)) return false;
  return error.status === undefined || error.status === 429 || error.status >= 500;
}
