import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findProgram } from './peer-process.ts';

const program = findProgram('openssl');

/** Whether a certificate can be made here. */
export const hasOpenssl = program !== undefined;

/** A certificate for this address that nobody vouches for, in files of the folder; good for a day. */
export async function makeCertificate(
  folder: string,
  address: string,
): Promise<{ readonly keyFile: string; readonly certificateFile: string }> {
  if (program === undefined) throw new Error('openssl is not installed. Install the system package "openssl".');
  const keyFile = join(folder, 'key.pem');
  const certificateFile = join(folder, 'certificate.pem');
  await promisify(execFile)(
    program,
    [
      ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '1'],
      ...[
        '-keyout',
        keyFile,
        '-out',
        certificateFile,
        '-subj',
        `/CN=${address}`,
        '-addext',
        `subjectAltName=IP:${address}`,
      ],
    ],
    { timeout: 20_000 },
  );
  return { keyFile, certificateFile };
}
