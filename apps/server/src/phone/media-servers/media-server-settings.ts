import { z } from 'zod';

/** How outside media servers (Asterisk, FreeSWITCH) bring the sound of calls. */
export interface MediaServerSettings {
  /** Where Asterisk's AudioSocket connects; undefined: nowhere. 0: any free port. */
  readonly audioSocketPort: number | undefined;
  /** Who is called where nobody announced the call: one of our numbers. */
  readonly audioSocketNumber: string | undefined;
  /** What the address of the audio WebSocket ends with; undefined: there is none. */
  readonly socketToken: string | undefined;
}

const port = z
  .string()
  .trim()
  .transform((text, context): number | undefined => {
    if (text === 'off') return undefined;
    if (/^\d{1,5}$/.test(text) && Number(text) < 65_536) return Number(text);
    context.addIssue('must be a port number from 0 to 65535, or off');
    return z.NEVER;
  });

/** As long as a key: whoever knows it can put calls through to any agent. */
const shortestToken = 24;

export const mediaServerSettingsShape = {
  // A connection tells who calls by a UUID alone, and nothing is encrypted: it is for the network of the house.
  AUDIO_SOCKET_PORT: port.optional().meta({
    description:
      "TCP port at HOST for the AudioSocket of Asterisk, in plain: open it to Asterisk's address alone. 9092 is customary; off unless set.",
    example: '9092',
    defaultText: 'off',
  }),
  AUDIO_SOCKET_NUMBER: z.string().trim().min(1).max(200).optional().meta({
    description:
      'The number under which calls by AudioSocket come in that POST /v1/call/event did not announce; without it they are refused.',
    example: '+35315550100',
  }),
  MEDIA_SOCKET_TOKEN: z
    .string()
    .trim()
    .regex(new RegExp(`^[\\w-]{${shortestToken},128}$`), `must be ${shortestToken} to 128 letters, digits, - or _`)
    .optional()
    .meta({
      description:
        'Opens wss://…/media/TOKEN to the audio WebSockets of Asterisk (chan_websocket) and FreeSWITCH (mod_audio_fork, mod_audio_stream); none unless set.',
      isSecret: true,
    }),
};

const shape = z.object(mediaServerSettingsShape);

/** This part of the configuration, once each setting is right. */
export function mediaServerSettingsOf(settings: z.output<typeof shape>): MediaServerSettings {
  return {
    audioSocketPort: settings.AUDIO_SOCKET_PORT,
    audioSocketNumber: settings.AUDIO_SOCKET_NUMBER,
    socketToken: settings.MEDIA_SOCKET_TOKEN,
  };
}
