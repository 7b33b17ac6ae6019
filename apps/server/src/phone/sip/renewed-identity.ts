import { readFile, stat } from 'node:fs/promises';
import type { TlsIdentity } from '@parley/channels/sip/transport/stream-listener.ts';
import { StartError } from '../../start-errors.ts';

export interface IdentityFiles {
  readonly certPath: string;
  readonly keyPath: string;
}

export interface RenewedIdentityParts {
  /** Takes what was renewed. @throws Error where certificate and key do not fit */
  readonly renew: (identity: TlsIdentity) => void;
  readonly onRenewed: () => void;
  readonly onError: (error: unknown, context: string) => void;
  /** A certificate is renewed days before it ends. */
  readonly lookMs?: number;
}

/** Watching a file tells nothing where a link to it is moved, as certbot and secrets of Kubernetes do; so it is looked for. */
const lookMsDefault = 60_000;

/** @throws StartError `config_invalid` */
export async function readIdentity({ certPath, keyPath }: IdentityFiles): Promise<TlsIdentity> {
  const read = async (name: string, path: string) => {
    try {
      return await readFile(path, 'utf8');
    } catch (error) {
      throw new StartError('config_invalid', `${name} names a file that cannot be read: ${path}.`, { cause: error });
    }
  };
  return { cert: await read('SIP_TLS_CERT', certPath), key: await read('SIP_TLS_KEY', keyPath) };
}

/**
 * Looks from now on whether the files were written anew, and then hands on what they hold. Where the two do not fit, one of them is not
 * written yet: what was good stays, and the next look tries again; each state of the files is complained of once.
 * @param known what was read last
 * @returns ends it
 */
export function renewIdentity(files: IdentityFiles, known: TlsIdentity, parts: RenewedIdentityParts): () => void {
  const { renew, onRenewed, onError, lookMs = lookMsDefault } = parts;
  let current = known;
  let complainedOf: string | undefined;
  /** Undefined: they were not looked at yet. */
  let readAs: string | undefined;
  const look = async () => {
    let state = '';
    try {
      const times = await Promise.all([files.certPath, files.keyPath].map((path) => stat(path, { bigint: true })));
      state = times.map(({ mtimeNs, ino, size }) => `${mtimeNs} ${ino} ${size}`).join(' ');
      if (state === readAs) return;
      const found = await readIdentity(files);
      if (found.cert !== current.cert || found.key !== current.key) {
        renew(found);
        current = found;
        onRenewed();
      }
      readAs = state;
      complainedOf = undefined;
    } catch (error) {
      if (complainedOf === state) return;
      complainedOf = state;
      onError(error, 'the renewed certificate of SIP (SIP_TLS_CERT, SIP_TLS_KEY): the one before it is still shown');
    }
  };
  let isLooking = false;
  const timer = setInterval(() => {
    if (isLooking) return;
    isLooking = true;
    void look().finally(() => {
      isLooking = false;
    });
  }, lookMs);
  timer.unref();
  return () => clearInterval(timer);
}
