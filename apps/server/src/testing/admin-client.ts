import { createClient, type ParleyClient } from '@parley/client/create-client.ts';

const admin = { email: 'owner@example.com', password: 'correct horse battery staple 9' };

/** For `env` of a server that somebody signs in to. */
export const adminEnv = { PARLEY_ADMIN_EMAIL: admin.email, PARLEY_ADMIN_PASSWORD: admin.password } as const;

/** The server's first organization as its admin sees it; good for as long as an access token is. */
export async function adminClient(serverUrl: string): Promise<ParleyClient> {
  const signedIn = await createClient({ baseUrl: serverUrl }).signIn({ body: admin });
  if (signedIn.transport !== 'bearer') throw new Error('The tokens come in the body unless asked for otherwise.');
  return createClient({ baseUrl: serverUrl, token: signedIn.access_token });
}
