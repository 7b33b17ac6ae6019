import { LiveConversation } from '../driver/live-conversation.ts';
import type { AudioInlet } from '../ports/audio.ts';
import type { ClientInlet } from '../ports/client.ts';
import { turnDefaults } from '../turn/options.ts';
import { thinkingAheadDefaults } from '../turn/thinking-ahead.ts';
import { type CallLog, createCallLog } from './call-log.ts';
import type { CallScript, Deed } from './call-script.ts';
import { createSimulatedAgent } from './simulated-agent.ts';
import { callerFrame, createSimulatedCaller, createSimulatedDetector } from './simulated-caller.ts';
import { createSimulatedRecognizer } from './simulated-recognizer.ts';
import { createSimulatedRecorder } from './simulated-recorder.ts';
import { createSimulatedChannel, createSimulatedVoice, type SimulatedChannel } from './simulated-voice.ts';
import { createStandInEars } from './stand-in-ears.ts';
import { createStandInVoice } from './stand-in-voice.ts';
import { createVirtualClock } from './virtual-clock.ts';

/**
 * Lets a whole call happen in virtual time, through the real driver and the real machine, and then leaves the conversation
 * alone until it is over.
 *
 * @returns everything that could be seen of it from outside
 */
export async function simulateCall(script: CallScript): Promise<CallLog> {
  const log = createCallLog(script.name);
  const clock = createVirtualClock();
  const ours = clock.share();
  const theirs = clock.share();
  let inlet: AudioInlet | undefined;
  let channel: SimulatedChannel | undefined;
  let client: ClientInlet | undefined;

  const caller = createSimulatedCaller({
    clock: ours,
    ears: script.ears,
    push: () => inlet?.push(callerFrame),
    agentWords: () => lastWords(log),
    log,
  });
  const parts = {
    agent: createSimulatedAgent(ours, script, log),
    recognizer: script.hasStandIns
      ? createStandInEars(ours, script.ears, caller, log)
      : createSimulatedRecognizer(ours, script.ears, caller, log),
    voiceDetector: createSimulatedDetector(ours, script.ears, caller, log),
    synthesizer: script.hasStandIns ? createStandInVoice(ours, script, log) : createSimulatedVoice(ours, script, log),
    recorder: createSimulatedRecorder(ours, script, log),
    clock: theirs,
    onError: (error: unknown, context: string) => log.errors.push({ atMs: clock.nowMs(), context, error }),
  };
  // As a server does for each agent before the first call.
  await parts.recognizer.prepare({ id: vocabularyId, phrases: [], contexts: {} }, new AbortController().signal);
  const conversation = new LiveConversation(parts, {
    id: 'simulated',
    turn: { ...turnDefaults, thinkingAhead: { ...thinkingAheadDefaults, enabled: script.thinksAhead } },
    openedBy: script.openedBy,
    timeZone: 'UTC',
    vocabularyId,
    resumption: undefined,
    recentTurns: [],
    onClosed: (reason) => log.closed.push({ atMs: clock.nowMs(), reason }),
    onAttachedChanged() {},
  });

  const isOver = () => log.closed.length > 0;
  let moment = { atMs: 0, steps: 0 };
  const look = () => {
    const nowMs = clock.nowMs();
    channel?.soundUntilNow();
    moment = moment.atMs === nowMs ? { atMs: nowMs, steps: moment.steps + 1 } : { atMs: nowMs, steps: 0 };
    if (moment.steps > mostSteps) throw new Error(`Time stands still at ${nowMs} ms: one timer arms the next for now.`);
    const { state } = conversation;
    if (log.states.at(-1)?.state !== state) log.states.push({ atMs: clock.nowMs(), state });
  };
  const passUntil = (atMs: number, isReached: () => boolean = isOver) =>
    clock.advanceTo(atMs, () => {
      look();
      return isReached();
    });
  const pass = (ms: number) => passUntil(clock.nowMs() + ms, () => false);

  const leave = () => {
    log.leftAtMs ??= clock.nowMs();
  };

  const attachAudio = () => {
    channel?.detach();
    endHold();
    channel = createSimulatedChannel(clock, script.channel, log);
    inlet = conversation.attachAudio(channel.outlet);
  };

  const hold = (isHeld: boolean) => {
    if (inlet === undefined) return;
    const last = log.holds.at(-1);
    if (!isHeld) endHold();
    else if (last === undefined || last.toMs !== undefined) log.holds.push({ fromMs: clock.nowMs(), toMs: undefined });
    inlet.held?.(isHeld);
  };

  const endHold = () => {
    const last = log.holds.at(-1);
    if (last !== undefined) last.toMs ??= clock.nowMs();
  };

  const loseAudio = (reason: string) => {
    endHold();
    channel?.detach();
    inlet?.lost(reason);
    inlet = undefined;
  };

  const attachClient = () => {
    if (client !== undefined) return;
    client = conversation.attachClient({ tell: (notice) => log.notices.push({ atMs: clock.nowMs(), notice }) });
  };

  const act = async (deed: Deed): Promise<void> => {
    const atMs = clock.nowMs();
    switch (deed.do) {
      case 'speak':
        return caller.speak(deed.stretches);
      case 'finishSpeaking':
        return passUntil(caller.saidAtMs, () => isOver());
      case 'wait':
        return pass(deed.ms);
      case 'waitFor': {
        const isThere = () =>
          deed.state === 'sound' ? isSounding(log, clock.nowMs()) : conversation.state === deed.state;
        if (!isThere()) await passUntil(atMs + deed.atMostMs, () => isOver() || isThere());
        return pass(deed.thenMs);
      }
      case 'press':
        if (inlet !== undefined) log.digits.push({ atMs, digit: deed.digit });
        return inlet?.digit(deed.digit);
      case 'type':
        if (client !== undefined) log.typed.push({ atMs, text: deed.text, messageId: deed.messageId });
        return client?.text(deed.text, deed.messageId);
      case 'holdButton':
        log.buttons.push({ atMs, held: true });
        return client?.pushToTalkStarted();
      case 'releaseButton':
        log.buttons.push({ atMs, held: false });
        return client?.pushToTalkEnded();
      case 'attachAudio':
        return attachAudio();
      case 'hold':
        return hold(deed.isHeld);
      case 'loseAudio':
        return loseAudio('network');
      case 'attachClient':
        return attachClient();
      case 'detachClient':
        client?.detach();
        client = undefined;
        return;
      case 'hangUp':
        leave();
        // A telephone has no client that could say so: its line is gone.
        if (client === undefined) loseAudio('hung up');
        else client.hangUp();
        return;
      case 'shutdown':
        leave();
        void conversation.suspend();
        return;
    }
  };

  look();
  for (const deed of script.deeds) {
    if (isOver()) break;
    await act(deed);
    look();
    // What the deed caused happens before the next one.
    await passUntil(clock.nowMs(), () => false);
    look();
  }
  await passUntil(clock.nowMs() + longestMs);
  if (!isOver()) log.stuckAtMs = log.states.at(-1)?.atMs ?? 0;
  await pass(afterwardsMs);
  log.leftover = { timers: theirs.pending };
  log.endMs = clock.nowMs();
  return log;
}

const vocabularyId = 'simulated';

/** Nothing that is left alone goes on for longer: in text half an hour of idling, by voice two reminders and a goodbye. */
const longestMs = 2 * 3_600_000;

/** Things that may happen at one moment: a flood of messages is a dozen, each with a handful of effects. */
const mostSteps = 5000;

/** Late sound, retries of a database that is away, and grace of channels are over by then. */
const afterwardsMs = 60_000;

function isSounding(log: CallLog, nowMs: number): boolean {
  const last = log.sounds.at(-1);
  return last !== undefined && nowMs - last.toMs <= 20;
}

/** The four words that sounded last. */
function lastWords(log: CallLog): string {
  const last = log.sounds.at(-1);
  if (last === undefined) return '';
  const { text, wordMs } = last.request;
  const heard = Math.floor(((last.fromFrame + last.frames) * 20) / wordMs);
  return text
    .split(/\s+/)
    .slice(Math.max(0, heard - 4), heard)
    .join(' ')
    .toLowerCase()
    .replace(/[.?!,]/g, '');
}
