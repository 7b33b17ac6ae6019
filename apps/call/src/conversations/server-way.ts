import type { TestWay } from '@parley/conversation-tests/line.ts';
import type { Step } from '@parley/conversation-tests/step.ts';
import type { Pcm } from '@parley/engine/ports/audio.ts';
import type { Synthesizer } from '@parley/engine/ports/synthesizer.ts';
import { CallError, type CallEvent } from '../call-events.ts';
import { prepareUtterances } from '../caller-voice.ts';
import { connect, openConversation } from '../line.ts';
import { createLiveCall } from '../live-call.ts';
import { createTimeline, createWireLine, graceMs } from '../wire-line.ts';

/**
 * What a line adds to the agent's own time, at most. Over audio it is a frame and Opus on each side and both jitter buffers;
 * in text a request and the database of a busy machine.
 */
const withinToleranceMs = { chat: 200, audio: 300 } as const;

/**
 * Holds conversations with the agent of a running server: typed over the chat WebSocket, or spoken over WebRTC with an
 * embedded voice.
 */
export function serverWay(options: {
  readonly over: 'chat' | 'audio';
  /** Such as `http://localhost:8080`. */
  readonly url: string;
  /** The caller's voice; needed over audio. */
  readonly synthesizer?: Synthesizer;
}): TestWay {
  const { over, synthesizer } = options;
  const url = options.url.replace(/\/+$/, '');
  const channel = over === 'chat' ? 'chat' : 'webrtc';
  return {
    over,
    withinToleranceMs: withinToleranceMs[over],
    graceMs,
    async open(conversation, signal) {
      const steps = conversation.steps.map(({ step }) => step);
      let utterances = new Map<Step, Pcm>();
      if (over === 'audio') {
        if (synthesizer === undefined) throw new CallError('caller_failed', 'Over audio the caller needs a voice.');
        utterances = await prepareUtterances(steps, synthesizer, conversation.voice, signal);
      }
      const timeline = createTimeline();
      const onEvent = (event: CallEvent) => timeline.take(event);
      const { noiseDbfs, agent: agentId, timeZone } = conversation;
      const call = createLiveCall({ channel, noiseDbfs, onEvent, onRecorded: timeline.recorded, signal });
      const opened = await openConversation(url, channel, { agentId, timeZone, signal });
      const dial = () => connect(url, opened, channel, call.lineEvents, signal);
      call.begin(await dial(), opened);
      const line = createWireLine({ call, channel, timeline, utterances, dial });
      return {
        ...line,
        async close() {
          call.hangUp();
          await line.close();
        },
      };
    },
  };
}
