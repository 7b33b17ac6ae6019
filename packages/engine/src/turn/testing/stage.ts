import type { AgentMemory } from '../../ports/agent.ts';
import type { Effect } from '../effect.ts';
import type { ReplyId, UntimedEvent, UtteranceId } from '../event.ts';
import { type TurnOptions, turnDefaults } from '../options.ts';
import { initialState, type TurnState } from '../state.ts';
import { step } from '../step.ts';

/** A word of the stage's voice takes so long. */
export const stageWordMs = 300;

/**
 * The machine by itself on a small stage: time passes when told to, timers ring, and a voice without faults speaks 300 ms a
 * word. What the caller, the recogniser and the agent do is sent by the test.
 */
export interface Stage {
  readonly state: TurnState;
  /** Everything asked for so far, with its time. */
  readonly effects: readonly (Effect & { readonly atMs: number })[];
  send(event: UntimedEvent): void;
  wait(ms: number): void;
  /** The voice of the caller begins; returns its id. */
  voice(): UtteranceId;
  /** The voice stops, and the recogniser's final follows 10 ms later. */
  stop(utteranceId: UtteranceId, text: string): void;
  partial(utteranceId: UtteranceId, text: string): void;
  /** The agent answers the reply that has the floor, or the one named. */
  answer(
    text: string,
    options?: { readonly replyId?: ReplyId; readonly expects?: string; readonly protect?: boolean },
  ): void;
  /** Effects of a type. */
  of<Type extends Effect['type']>(type: Type): (Extract<Effect, { type: Type }> & { readonly atMs: number })[];
}

export function createStage({
  turn = {},
  echo = 'cancelled',
  hasVoice = true,
}: {
  readonly turn?: Partial<TurnOptions>;
  readonly echo?: 'cancelled' | 'possible';
  /** Without a voice sentences are asked for and nothing comes of them. */
  readonly hasVoice?: boolean;
} = {}): Stage {
  let state = initialState({ ...turnDefaults, ...turn }, 'audio', undefined, 0);
  let nowMs = 0;
  let wakeAtMs: number | undefined;
  let lastUtterance = 0;
  const effects: (Effect & { atMs: number })[] = [];
  const sound = createSound();

  const apply = (event: UntimedEvent) => {
    const position = sound.position(nowMs);
    const events = position === undefined || event.type === 'sentencePlayed' ? [event] : [position, event];
    for (const each of events) {
      const result = step(state, { ...each, atMs: nowMs });
      state = result.state;
      for (const effect of result.effects) carryOut(effect);
    }
  };

  const carryOut = (effect: Effect) => {
    effects.push({ ...effect, atMs: nowMs });
    if (effect.type === 'wakeAt') wakeAtMs = effect.atMs;
    if (!hasVoice && (effect.type === 'synthesize' || effect.type === 'play')) return;
    pending.push(...sound.carryOut(effect, nowMs));
    if (!draining) drain();
  };

  const pending: UntimedEvent[] = [];
  let draining = false;
  const drain = () => {
    draining = true;
    for (let next = pending.shift(); next !== undefined; next = pending.shift()) apply(next);
    draining = false;
  };

  const stage: Stage = {
    get state() {
      return state;
    },
    effects,
    send(event) {
      apply(event);
      drain();
    },
    wait(ms) {
      const untilMs = nowMs + ms;
      for (;;) {
        const playedMs = sound.endMs();
        const next = Math.min(playedMs ?? untilMs + 1, wakeAtMs ?? untilMs + 1);
        if (next > untilMs) break;
        nowMs = Math.max(nowMs, next);
        if (next === playedMs) stage.send(sound.finish());
        else {
          wakeAtMs = undefined;
          stage.send({ type: 'timer' });
        }
      }
      nowMs = untilMs;
    },
    voice() {
      lastUtterance += 1;
      const utteranceId = lastUtterance as UtteranceId;
      stage.send({ type: 'voiceStarted', utteranceId });
      return utteranceId;
    },
    stop(utteranceId, text) {
      stage.send({ type: 'voiceStopped', utteranceId, speechEndedAtMs: nowMs - 200 });
      stage.wait(10);
      stage.send({ type: 'final', utteranceId, text, confidence: 0.95, rejected: false, endsTurn: false });
    },
    partial: (utteranceId, text) => stage.send({ type: 'partial', utteranceId, text }),
    answer(text, { replyId = state.reply?.id, expects, protect = false } = {}) {
      if (replyId === undefined) throw new Error('Nobody asked the agent.');
      stage.send({ type: 'agentSaid', replyId, text, tone: undefined, interruptible: !protect, ssml: undefined });
      const memory: AgentMemory = { answered: text };
      stage.send({ type: 'agentFinished', replyId, memory, expects, end: false });
    },
    of: (type) => effects.filter((effect): effect is never => effect.type === type),
  };
  stage.send({ type: 'started' });
  stage.send({ type: 'audioAttached', playoutDelayMs: 0, echo });
  return stage;
}

type Playing = { replyId: ReplyId; sentence: number; startedAtMs: number; playedMs: number; paused: boolean };

/** A voice that is made at once and sounds at its own pace. */
function createSound() {
  const lengths = new Map<string, number>();
  let playing: Playing | undefined;
  const lengthOf = ({ replyId, sentence }: { replyId: ReplyId; sentence: number }) =>
    lengths.get(`${replyId}/${sentence}`) ?? 0;
  const playedMs = (nowMs: number) =>
    playing === undefined ? 0 : playing.playedMs + (playing.paused ? 0 : nowMs - playing.startedAtMs);
  return {
    carryOut(effect: Effect, nowMs: number): UntimedEvent[] {
      switch (effect.type) {
        case 'synthesize': {
          const { replyId, sentence, text } = effect;
          const audioMs = text.split(' ').length * stageWordMs;
          lengths.set(`${replyId}/${sentence}`, audioMs);
          return [{ type: 'synthesized', replyId, sentence, audioMs, words: [], done: true }];
        }
        case 'play': {
          const { replyId, sentence } = effect;
          playing = { replyId, sentence, startedAtMs: nowMs, playedMs: 0, paused: false };
          return [{ type: 'sentenceStarted', replyId, sentence }];
        }
        case 'pause':
          if (playing) playing = { ...playing, playedMs: playedMs(nowMs), paused: true };
          return [];
        case 'resume':
          if (playing) playing = { ...playing, startedAtMs: nowMs, paused: false };
          return [];
        case 'clear':
        case 'skip':
          playing = undefined;
          return [];
        default:
          return [];
      }
    },
    position(nowMs: number): UntimedEvent | undefined {
      if (playing === undefined) return undefined;
      const { replyId, sentence } = playing;
      return { type: 'playoutPosition', replyId, sentence, playedMs: playedMs(nowMs) };
    },
    endMs(): number | undefined {
      if (playing === undefined || playing.paused) return undefined;
      return playing.startedAtMs + lengthOf(playing) - playing.playedMs;
    },
    finish(): UntimedEvent {
      if (playing === undefined) throw new Error('Nothing sounds.');
      const { replyId, sentence } = playing;
      playing = undefined;
      return { type: 'sentencePlayed', replyId, sentence };
    },
  };
}
