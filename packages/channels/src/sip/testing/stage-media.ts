import type { LegFigures } from '../../phone/phone-leg.ts';
import {
  MediaError,
  type MediaSession,
  type MediaSessionOptions,
  type MediaSessions,
} from '../../rtp/media-session.ts';

/** Sound sessions without sound, in virtual time: they speak SDP, and remember what was agreed. */
export interface StageMedia extends MediaSessions {
  readonly sessions: readonly StageSession[];
}

export interface StageSession extends MediaSession {
  readonly options: MediaSessionOptions;
  readonly isClosed: boolean;
  /** The address and port that sound goes to by what was agreed last. */
  readonly far: string | undefined;
}

export function createStageMedia(address: string): StageMedia {
  const sessions: StageSession[] = [];
  let nextPort = 20_000;
  return {
    sessions,
    get inUse() {
      return sessions.filter(({ isClosed }) => !isClosed).length;
    },
    async open(options) {
      nextPort += 2;
      const session = createStageSession(options, address, nextPort);
      sessions.push(session);
      return session;
    },
    async close() {},
  };
}

function createStageSession(options: MediaSessionOptions, address: string, port: number): StageSession {
  let far: string | undefined;
  let isHeld = false;
  let isClosed = false;
  let hasOffered = false;
  const sdp = (direction: string) =>
    `v=0\r\no=- 1 1 IN IP4 ${address}\r\ns=-\r\nc=IN IP4 ${address}\r\nt=0 0\r\nm=audio ${port} RTP/AVP 0 101\r\na=${direction}\r\n`;

  const take = (text: string) => {
    const [, host] = /^c=IN IP4 (\S+)/m.exec(text) ?? [];
    const [, audioPort, formats = ''] = /^m=audio (\d+) RTP\/AVP(.*)$/m.exec(text) ?? [];
    if (host === undefined || audioPort === undefined) throw new MediaError('malformed', 'no address of sound');
    if (!/(^| )0( |\r|$)/.test(formats)) throw new MediaError('not_acceptable', 'no codec in common');
    far = `${host}:${audioPort}`;
    isHeld = /^a=(sendonly|inactive)/m.test(text);
  };

  return {
    options,
    get isClosed() {
      return isClosed;
    },
    get far() {
      return far;
    },
    createOffer(direction = 'sendrecv') {
      hasOffered = true;
      return sdp(direction);
    },
    answerOffer(text) {
      take(text);
      return sdp(isHeld ? 'recvonly' : 'sendrecv');
    },
    takeAnswer(text) {
      if (!hasOffered) throw new MediaError('malformed', 'an answer to no offer');
      take(text);
    },
    forgetOffer() {
      hasOffered = false;
    },
    line: 'mulaw',
    playoutDelayMs: 60,
    get isHeld() {
      return isHeld;
    },
    listen() {},
    write() {},
    clear() {},
    async sendDigits() {
      throw new MediaError('not_supported', 'keys are not taken in the sound');
    },
    figures: () => NO_FIGURES,
    close() {
      isClosed = true;
    },
  };
}

const NO_FIGURES: LegFigures = {
  codec: 'PCMU',
  packetsReceived: 0,
  packetsLost: 0,
  packetsLate: 0,
  packetsSent: 0,
  jitterMs: undefined,
  far: undefined,
};
