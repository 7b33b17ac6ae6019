import { run as alignment } from './alignment.ts';
import { run as api } from './api.ts';
import { run as callsInSequence } from './calls-in-sequence.ts';
import { run as conversations } from './conversations.ts';
import { run as dialogue } from './dialogue.ts';
import { run as echo } from './echo.ts';
import { run as endOfTurn } from './end-of-turn.ts';
import { run as events } from './events.ts';
import { run as failover } from './failover.ts';
import { run as heardText } from './heard-text.ts';
import { run as kill } from './kill.ts';
import { run as leak } from './leak.ts';
import { run as media } from './media.ts';
import { run as recognition } from './recognition.ts';
import { run as router } from './router.ts';
import { run as sessions } from './sessions.ts';
import { run as sip } from './sip.ts';
import { run as startup } from './startup.ts';
import { run as turns } from './turns.ts';
import { run as twilio } from './twilio.ts';
import { run as vad } from './vad.ts';
import { run as voiceToVoice } from './voice-to-voice.ts';

/** What can be measured; each prints its figures, or one JSON object with `--json`. */
export const benches: readonly {
  readonly name: string;
  readonly title: string;
  readonly run: (options: { readonly json: boolean }) => Promise<void>;
}[] = [
  { name: 'startup', title: 'from npm start to ready', run: startup },
  { name: 'voice-to-voice', title: 'what a caller waits for an answer, and where the time goes', run: voiceToVoice },
  { name: 'conversations', title: 'ten calls at once against one', run: conversations },
  { name: 'leak', title: 'memory over 200 calls', run: leak },
  { name: 'kill', title: 'what is left of acknowledged turns when the server is killed 50 times', run: kill },
  { name: 'api', title: 'turns a second through the API, and 2,000 open chats', run: api },
  { name: 'end-of-turn', title: 'when a caller is taken for done', run: endOfTurn },
  { name: 'heard-text', title: 'what is said to have been heard when the caller interrupts', run: heardText },
  { name: 'turns', title: 'events a second through the turn machine alone', run: turns },
  { name: 'sessions', title: 'up to a thousand live conversations in one process', run: sessions },
  { name: 'calls-in-sequence', title: 'what ten thousand calls leave behind', run: callsInSequence },
  { name: 'router', title: 'what the router of speech adds, and what ten thousand streams leave', run: router },
  { name: 'failover', title: 'what a caller notices when a vendor fails in mid-turn', run: failover },
  { name: 'recognition', title: 'the embedded recogniser and voices', run: recognition },
  { name: 'dialogue', title: 'what a turn in text costs, and how fast flows load', run: dialogue },
  { name: 'events', title: 'how fast events are handed on and webhooks sent', run: events },
  { name: 'echo', title: 'the agent heard back through the microphone of its caller', run: echo },
  { name: 'sip', title: 'telephone calls by SIP, up to five hundred at once, and what short ones leave', run: sip },
  { name: 'twilio', title: 'five hundred calls over Twilio media streams', run: twilio },
  { name: 'alignment', title: 'both sides of recorded telephone calls against one another', run: alignment },
  { name: 'media', title: 'what the sound of telephone calls costs', run: media },
  { name: 'vad', title: 'voice told from noise, by the light detector and by Silero', run: vad },
];
