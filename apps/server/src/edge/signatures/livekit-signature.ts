import { errors, jwtVerify } from 'jose';
import { isSameText, type SignedBody, sha256, signatureError } from './signatures.ts';

/**
 * Check the `Authorization` header of a LiveKit webhook: a JWT (HS256) by the API key, whose claim `sha256` is the body's hash. Its own
 * claims say how long it is good.
 * @throws WireError `signature_invalid`
 */
export async function verifyLiveKitSignature(
  signed: SignedBody & { readonly header: string | undefined; readonly apiKey: string; readonly apiSecret: string },
): Promise<void> {
  if (signed.header === undefined) throw signatureError('missing');
  const token = signed.header.replace(/^Bearer /i, '');
  try {
    const { payload } = await jwtVerify(token, new TextEncoder().encode(signed.apiSecret), {
      algorithms: ['HS256'],
      issuer: signed.apiKey,
      requiredClaims: ['exp', 'sha256'],
      // What LiveKit's own receivers allow for clocks.
      clockTolerance: 10,
      currentDate: new Date(signed.nowMs),
    });
    const hash = typeof payload.sha256 === 'string' ? payload.sha256 : '';
    if (!isSameText(hash, sha256(signed.rawBody).toString('base64'))) throw signatureError('wrong');
  } catch (error) {
    if (error instanceof errors.JWTExpired) throw signatureError('too_old');
    if (error instanceof errors.JWTInvalid || error instanceof errors.JWSInvalid) throw signatureError('malformed');
    if (error instanceof errors.JOSEError) throw signatureError('wrong');
    throw error;
  }
}
