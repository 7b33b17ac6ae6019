import { createMemoryCalendar } from '@parley/agent-receptionist/availability/memory-calendar.ts';
import { memoryBook } from '@parley/agent-receptionist/memory-book.ts';
import { createReceptionist } from '@parley/agent-receptionist/receptionist-agent.ts';
import { FRAME_MS, FRAME_SAMPLES } from '@parley/engine/ports/audio.ts';
import type { Recognizer, RecognizerVocabulary } from '@parley/engine/ports/recognizer.ts';
import type { Synthesizer } from '@parley/engine/ports/synthesizer.ts';
import { createScriptedCall } from '@parley/engine/simulation/scripted-call.ts';
import { plainWords } from '../conformance/subject.ts';
import { awaitParts } from './awaited-parts.ts';

/** What became of a call. */
export interface HeldCall {
  /** What was said and heard, turn by turn; the caller's words without case and punctuation. */
  readonly turns: readonly { readonly caller: string | undefined; readonly agent: string; readonly heard: string }[];
  readonly bookings: readonly {
    readonly service: string;
    readonly startsAt: string;
    readonly name: string;
    readonly phone: string;
  }[];
  readonly ended: string | undefined;
  /** Of the parts, and what the conversation got over. */
  readonly failures: readonly string[];
}

/** Saturday 21 November 2026, 10:00 in New York, where the shop is. */
const beganAtEpochMs = Date.parse('2026-11-21T10:00:00-05:00');
/** Under this name the call asks for its vocabulary. */
const vocabularyId = 'scripted';
/** So long after its last sound the agent has finished. */
const quietMs = 600;
/** The longest that a turn may take, in the call's time. */
const turnTimeoutMs = 90_000;
/** The longest that parts may owe something, in real time. */
const partsTimeoutMs = 10_000;

/** What the receptionist listens for. */
export async function receptionistVocabulary(): Promise<RecognizerVocabulary> {
  const { vocabulary } = await createReceptionist({ calendar: createMemoryCalendar(memoryBook()) });
  return { ...vocabulary, id: vocabularyId };
}

/**
 * Calls the receptionist through the whole driver in virtual time, with parts that work in real time.
 * @param lines how each thing sounds that the caller says; the next when the agent has finished
 * @param keepPace awaited after each thing that the caller says: until all of it is listened to. Sound comes faster than it would from a
 *   caller, and who listens in real time must not be behind when it ends
 */
export async function holdCall(
  recognizer: Recognizer,
  synthesizer: Synthesizer,
  vocabulary: RecognizerVocabulary,
  lines: readonly Int16Array[],
  keepPace: () => Promise<void> = async () => {},
): Promise<HeldCall> {
  const book = memoryBook();
  const parts = awaitParts(recognizer, synthesizer);
  const troubles: string[] = [];
  const onError = (error: unknown) => troubles.push(String(error));
  const { agent } = await createReceptionist({
    calendar: createMemoryCalendar(book, { now: () => beganAtEpochMs }),
    onError,
  });
  await recognizer.prepare(vocabulary, AbortSignal.timeout(60_000));
  const call = createScriptedCall({
    agent,
    recognizer: () => parts.recognizer,
    synthesizer: () => parts.synthesizer,
    // The same wording in each call.
    id: 'call-through-fakes',
    epochMs: beganAtEpochMs,
    timeZone: 'America/New_York',
    onError,
  });
  const inlet = call.attachAudio();
  const isOver = () => call.conversation.state === 'ended';

  const push = async (frame: Int16Array) => {
    inlet.push(frame);
    await call.clock.advance(FRAME_MS);
    const startedAtMs = performance.now();
    while (parts.owed > 0 && !isOver()) {
      if (performance.now() - startedAtMs > partsTimeoutMs) throw new Error(`A part owes something: ${told()}`);
      await new Promise((next) => setTimeout(next, 1));
    }
  };
  const agentFinished = async (before: number) => {
    const startedAtMs = call.clock.nowMs();
    const said = () => call.notices.filter(({ type }) => type === 'said').length;
    const isQuiet = () =>
      said() > before &&
      call.conversation.state === 'waiting' &&
      call.clock.nowMs() - (call.agentFrames.at(-1) ?? 0) >= quietMs;
    while (!isQuiet() && !isOver()) {
      if (call.clock.nowMs() - startedAtMs > turnTimeoutMs) throw new Error(`The agent does not answer: ${told()}`);
      await push(new Int16Array(FRAME_SAMPLES));
    }
    return said();
  };
  const told = () => JSON.stringify([...call.notices.slice(-8), ...troubles, ...parts.failures]);

  let said = await agentFinished(0);
  for (const line of lines) {
    if (isOver()) break;
    for (let at = 0; at < line.length; at += FRAME_SAMPLES) {
      const frame = new Int16Array(FRAME_SAMPLES);
      frame.set(line.subarray(at, at + FRAME_SAMPLES));
      await push(frame);
    }
    await keepPace();
    said = await agentFinished(said);
  }
  if (!isOver()) await call.conversation.suspend();
  return {
    turns: [...call.recorder.turns.values()].map(({ caller, reply }) => ({
      caller: caller === undefined ? undefined : plainWords(caller.text),
      agent: reply?.text ?? '',
      heard: reply?.heardText ?? '',
    })),
    bookings: book.rows.map(({ service, startsAtEpochMs, name, phone }) => ({
      service,
      startsAt: new Date(startsAtEpochMs).toISOString(),
      name,
      phone,
    })),
    ended: call.closed,
    failures: [...troubles, ...parts.failures],
  };
}
