/** Sends mail to people: invitations and links to set a password. */
export interface Mailer {
  /** Resolves when the next server took it. @throws Error when it did not, or the signal aborted */
  send(
    mail: { readonly to: string; readonly subject: string; readonly text: string },
    signal: AbortSignal,
  ): Promise<void>;
  close(): void;
}
