import { createTransport } from 'nodemailer';
import type { Mailer } from './mailer.ts';

/** How long a mail server may take to answer the connection, to greet, and to say anything: each. */
const answerTimeoutMs = 8000;

/** Sends through an SMTP server: `smtps://` encrypted from the start, `smtp://` by STARTTLS where the server offers it. */
export function createSmtpMailer({ smtpUrl, from }: { readonly smtpUrl: string; readonly from: string }): Mailer {
  const transport = createTransport({
    url: smtpUrl,
    connectionTimeout: answerTimeoutMs,
    greetingTimeout: answerTimeoutMs,
    socketTimeout: answerTimeoutMs,
    // Nothing in a mail is read from this machine or fetched.
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return {
    send: (mail, signal) =>
      new Promise((resolve, reject) => {
        const stop = () => reject(signal.reason);
        signal.addEventListener('abort', stop, { once: true });
        transport
          .sendMail({ from, ...mail })
          .then(() => resolve(), reject)
          .finally(() => signal.removeEventListener('abort', stop));
      }),
    close: () => transport.close(),
  };
}
