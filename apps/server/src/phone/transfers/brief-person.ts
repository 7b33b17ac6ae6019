import type { PhoneLeg } from '@parley/channels/phone/phone-leg.ts';
import type { Clock } from '@parley/engine/ports/clock.ts';
import { cutSentences } from '@parley/engine/text/sentence-cutter.ts';
import { type LegVoice, speakOnLeg } from './speak-on-leg.ts';
import type { TransferSettings } from './transfer-settings.ts';
import { transferWordings } from './transfer-wordings.ts';

export interface Briefing {
  /** Who calls, as the network tells; undefined where it does not. */
  readonly caller: string | undefined;
  /** What it is about; may be empty. */
  readonly brief: string;
  readonly voice: LegVoice;
  readonly accept: TransferSettings['accept'];
}

/** Refused: by key, by hanging up, or by doing nothing. Failed: there was no voice to tell them with. */
export type Verdict = 'accepted' | 'refused' | 'failed';

/** Who looks for the keys on their screen finds them within ten seconds, told twice. */
const keyMs = 5000;
const asksForKey = 2;
/** Longer ones keep two people waiting: half a minute of speech. */
const maxBriefCharacters = 400;

/**
 * Tells a person who answered what a call is about, and finds out whether they take it. `1` takes it and `2` refuses it at any moment.
 * The leg has no listener afterwards.
 * @throws the signal's reason
 */
export async function briefPerson(
  leg: PhoneLeg,
  { caller, brief, voice, accept }: Briefing,
  clock: Clock,
  signal: AbortSignal,
): Promise<Verdict> {
  const words = transferWordings(voice.language);
  const decided = Promise.withResolvers<Verdict>();
  const speech = new AbortController();
  const stop = AbortSignal.any([signal, speech.signal]);
  const onAbort = () => decided.reject(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  // Nobody may be waiting for it any more.
  decided.promise.catch(() => {});
  leg.listen({
    frame() {},
    digit(digit) {
      if (digit === '1') decided.resolve('accepted');
      if (digit === '2') decided.resolve('refused');
    },
  });
  void leg.ended.then(() => decided.resolve('refused'));

  const tell = async (): Promise<void> => {
    const about = brief.trim() === '' ? [] : sentencesOf(words.about(shortened(brief)));
    await speakOnLeg(leg, [words.caller(caller), ...about], voice, clock, stop);
    if (accept === 'answer') {
      await speakOnLeg(leg, [words.stayOrRefuse], voice, clock, stop);
      return decided.resolve('accepted');
    }
    for (let asked = 0; asked < asksForKey; asked += 1) {
      await speakOnLeg(leg, [words.pressKey], voice, clock, stop);
      await passed(clock, keyMs, stop);
    }
    decided.resolve('refused');
  };
  tell().catch(() => decided.resolve('failed'));
  try {
    signal.throwIfAborted();
    const verdict = await decided.promise;
    speech.abort();
    if (verdict === 'accepted') await thank(leg, words.connecting, voice, clock, signal);
    return verdict;
  } finally {
    speech.abort();
    signal.removeEventListener('abort', onAbort);
    leg.listen(undefined);
  }
}

/** What was being said is cut short by the key; a voice that fails now changes nothing. */
async function thank(leg: PhoneLeg, text: string, voice: LegVoice, clock: Clock, signal: AbortSignal): Promise<void> {
  leg.clear();
  try {
    await speakOnLeg(leg, [text], voice, clock, signal);
  } catch {
    signal.throwIfAborted();
  }
}

function shortened(brief: string): string {
  const flat = brief.replaceAll(/\s+/g, ' ').trim();
  const short = flat.length <= maxBriefCharacters ? flat : flat.slice(0, flat.lastIndexOf(' ', maxBriefCharacters));
  return short.replace(/[\s.,;:!?…]+$/u, '');
}

function sentencesOf(text: string): string[] {
  const { sentences, rest } = cutSentences(`${text} `);
  return [...sentences, rest.trim()].filter((sentence) => sentence !== '');
}

function passed(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const cancel = clock.wakeAt(clock.nowMs() + ms, resolve);
    signal.addEventListener(
      'abort',
      () => {
        cancel();
        resolve();
      },
      { once: true },
    );
  });
}
