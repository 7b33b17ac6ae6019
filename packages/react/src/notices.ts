/** Something that the person at the page should know. One of a code at a time; a newer one replaces it. */
export interface Notice {
  /** A key of `clientNotices`, or the code of a server's error (see the contract's errors.ts). */
  readonly code: string;
  readonly severity: 'info' | 'warning' | 'error';
  /** What happened and what to do next, for people. */
  readonly message: string;
  /** What a button beside the message offers. */
  readonly remedy: 'retry' | 'type' | 'none';
}

/** Everything that can go wrong on this side of the wire. */
export const clientNotices = {
  microphone_denied: {
    severity: 'error',
    message:
      'The microphone is blocked for this page. Allow it in the address bar of your browser, then try again, or type instead.',
    remedy: 'retry',
  },
  microphone_missing: {
    severity: 'error',
    message: 'No microphone was found. Plug one in and try again, or type instead.',
    remedy: 'retry',
  },
  microphone_busy: {
    severity: 'error',
    message: 'Another program is using the microphone. Close it there and try again, or type instead.',
    remedy: 'retry',
  },
  insecure_origin: {
    severity: 'error',
    message:
      'Browsers only give a microphone to secure pages. Open this page over https or as localhost, or type instead.',
    remedy: 'type',
  },
  voice_unsupported: {
    severity: 'error',
    message: 'This browser cannot make calls (it has no WebRTC). You can type instead.',
    remedy: 'type',
  },
  voice_unreachable: {
    severity: 'warning',
    message: 'Voice cannot get through this network, so we carry on in text. Try again from another network to talk.',
    remedy: 'retry',
  },
  connection_lost: {
    severity: 'warning',
    message: 'The connection dropped. Reconnecting; nothing is lost.',
    remedy: 'none',
  },
  reconnected: { severity: 'info', message: 'Back again. Carry on where you were.', remedy: 'none' },
  server_unreachable: {
    severity: 'error',
    message: 'The server cannot be reached. Check your connection and try again.',
    remedy: 'retry',
  },
  unexpected_answer: {
    severity: 'error',
    message: 'The server answered in a way this page does not understand. Reload the page and try again.',
    remedy: 'retry',
  },
  malformed_server_message: {
    severity: 'warning',
    message: 'A message from the server could not be read and was skipped. Reload the page if something seems missing.',
    remedy: 'none',
  },
  text_too_long: {
    severity: 'warning',
    message: 'That message is too long. Please send it in shorter pieces.',
    remedy: 'none',
  },
  too_many_unsent: {
    severity: 'warning',
    message: 'Several messages are still waiting to be sent. Wait until they are through, then send again.',
    remedy: 'none',
  },
} as const satisfies Record<string, Omit<Notice, 'code'>>;

export type ClientNoticeCode = keyof typeof clientNotices;

export function clientNotice(code: ClientNoticeCode): Notice {
  return { code, ...clientNotices[code] };
}

/** The notice for an error's code and message, the client's own or the server's. */
export function noticeOf(code: string, message: string): Notice {
  if (isClientNoticeCode(code)) return clientNotice(code);
  const soon = code === 'too_many_conversations' || code === 'shutting_down' || code === 'storage_unavailable';
  return {
    code,
    severity: soon ? 'warning' : 'error',
    message,
    remedy: soon || code === 'internal_error' ? 'retry' : 'none',
  };
}

/** A failure with a code, from this side or the server's; `message` is fit for people. */
export class ConversationError extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.name = 'ConversationError';
    this.code = code;
  }
}

export function clientError(code: ClientNoticeCode): ConversationError {
  return new ConversationError(code, clientNotices[code].message);
}

function isClientNoticeCode(code: string): code is ClientNoticeCode {
  return Object.hasOwn(clientNotices, code);
}
