import { createServer, type Server, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openTestDatabase, type TestDatabase } from '../testing/databases.ts';
import { adminPassword, type IdentityReplica, startIdentity } from './identity-harness.ts';
import { createSmtpMailer } from './smtp-mailer.ts';

let opened: TestDatabase;
let replica: IdentityReplica;
let post: PostOffice;

beforeAll(async () => {
  opened = await openTestDatabase('embedded');
  post = await openPostOffice();
  replica = await startIdentity(opened.database, {
    PARLEY_ADMIN_EMAIL: 'admin@example.com',
    PARLEY_ADMIN_PASSWORD: adminPassword,
    PUBLIC_URL: 'https://parley.example.com',
    SMTP_URL: post.url,
    MAIL_FROM: 'Parley <parley@example.com>',
  });
}, 60_000);
afterAll(async () => {
  await replica?.close();
  await post?.close();
  await opened?.close();
});

const signIn = (password: string, email = 'admin@example.com') =>
  replica.call('POST', '/v1/auth/sign-in', { body: { email, password } });

it('sends an invitation, and then shows its link to nobody else', async () => {
  const { body } = await signIn(adminPassword);
  const invited = await replica.call('POST', '/v1/users/invitations', {
    token: body.access_token,
    body: { email: 'linh@example.com', name: 'Linh Trần', role: 'viewer' },
  });
  expect(invited.body).toMatchObject({ delivery: 'email', url: null });
  const mail = await post.next();
  expect(mail).toMatch(/^From: Parley <parley@example\.com>$/m);
  expect(mail).toMatch(/^To: linh@example\.com$/m);
  const token = /https:\/\/parley\.example\.com\/#invitation=(prt_[\w-]{43})/.exec(mail)?.[1];
  const accepted = await replica.call('POST', '/v1/auth/invitations/accept', {
    body: { token, password: 'river otter lamp quilt' },
  });
  expect(accepted.status).toBe(200);
});

it('mails a link to whoever forgot their password, nothing to whoever is not here, and answers both the same', async () => {
  const ask = (email: string) => replica.call('POST', '/v1/auth/password-resets', { body: { email } });
  const [unknown, known] = [await ask('nobody@example.com'), await ask('admin@example.com')];
  expect([unknown.status, unknown.body]).toEqual([known.status, known.body]);
  const mail = await post.next();
  expect(mail).toMatch(/^To: admin@example\.com$/m);
  const token = /#password-reset=(prt_[\w-]{43})/.exec(mail)?.[1];
  const body = { token, new_password: 'marble wagon on fridays' };
  expect((await replica.call('POST', '/v1/auth/password-resets/complete', { body })).status).toBe(204);
  expect((await signIn('marble wagon on fridays')).status).toBe(200);
  expect(post.received).toBe(2);
});

it('gives the link to the admin when the mail server cannot be reached', async () => {
  const { body } = await signIn('marble wagon on fridays');
  await post.close();
  const invited = await replica.call('POST', '/v1/users/invitations', {
    token: body.access_token,
    body: { email: 'late@example.com', name: 'Late', role: 'viewer' },
  });
  expect(invited.body).toMatchObject({ delivery: 'link', url: expect.stringContaining('#invitation=') });
  expect(replica.errors.splice(0)).toHaveLength(1);
});

it('gives up on a mail server that says nothing when the caller does', async () => {
  const silent = createServer(() => {});
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  const address = silent.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  const mailer = createSmtpMailer({ smtpUrl: `smtp://127.0.0.1:${port}`, from: 'parley@example.com' });
  const sending = mailer.send({ to: 'linh@example.com', subject: 'Hello', text: 'Hello' }, AbortSignal.timeout(100));
  await expect(sending).rejects.toMatchObject({ name: 'TimeoutError' });
  mailer.close();
  silent.close();
});

interface PostOffice {
  readonly url: string;
  readonly received: number;
  /** The next mail that came, as it came. */
  next(): Promise<string>;
  close(): Promise<void>;
}

/** A mail server on loopback that speaks as much of SMTP as delivering takes. */
async function openPostOffice(): Promise<PostOffice> {
  const mails: string[] = [];
  const sockets = new Set<Socket>();
  let read = 0;
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    let data: string | undefined;
    let buffered = '';
    socket.write('220 post.example.com ESMTP\r\n');
    socket.on('data', (chunk) => {
      buffered += chunk.toString('utf8');
      for (;;) {
        const end = buffered.indexOf('\r\n');
        if (end < 0) return;
        const line = buffered.slice(0, end);
        buffered = buffered.slice(end + 2);
        if (data !== undefined && line !== '.') data += `${line}\n`;
        else if (data !== undefined) {
          // Long lines come in pieces, signs as =3D.
          mails.push(data.replaceAll('=\n', '').replaceAll('=3D', '='));
          data = undefined;
          socket.write('250 taken\r\n');
        } else if (line === 'DATA') {
          data = '';
          socket.write('354 go on\r\n');
        } else socket.write(line === 'QUIT' ? '221 bye\r\n' : '250 ok\r\n');
      }
    });
    socket.on('error', () => {});
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server does not listen.');
  return {
    url: `smtp://127.0.0.1:${address.port}`,
    get received() {
      return mails.length;
    },
    next: async () => {
      await expect.poll(() => mails.length, { timeout: 5000 }).toBeGreaterThan(read);
      read += 1;
      return mails[read - 1] ?? '';
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
