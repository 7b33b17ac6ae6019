import { WHOLE } from '../../grammar/vocabulary-grammars.ts';
import type { Decoder } from './decoder.ts';
import type { PreparedVocabulary } from './prepared-vocabulary.ts';

/** What an utterance wants of a decoder. */
export interface DecoderWish {
  readonly vocabulary: PreparedVocabulary;
  readonly context: string | undefined;
  readonly speaker: number;
}

export interface DecoderLoan {
  readonly decoder: Decoder;
  readonly vocabulary: PreparedVocabulary;
  /** Another speaker was heard last: what was learned of that one must go. */
  readonly fresh: boolean;
  /** Give it back, in no utterance. */
  release(): void;
}

/**
 * Decoders lent for the length of an utterance. A decoder is set up for a grammar when a speaker's answer is anticipated;
 * an utterance that finds none set up for it, while others speak, is heard with another grammar of its vocabulary, as a
 * change would hold all of them up and a context makes answers likelier but locks none out.
 */
export interface DecoderPool {
  /** Calls back at once or when one is free; in order. The returned function leaves the line. */
  borrow(wish: DecoderWish, lend: (loan: DecoderLoan) => void, failed: (error: unknown) => void): () => void;
  /** Set up a decoder for what a speaker is about to say, soon; the last wish of a speaker counts. */
  anticipate(wish: DecoderWish): void;
  /** Have a decoder ready for each wish, as far as the bound goes. */
  prewarm(wishes: readonly DecoderWish[]): Promise<void>;
}

interface Seat {
  readonly decoder: Decoder;
  busy: boolean;
  vocabulary: PreparedVocabulary | undefined;
  grammar: string | undefined;
  speaker: number | undefined;
  /** The speaker whose answer it was set up for, until that time. */
  awaits: { readonly speaker: number; readonly untilMs: number } | undefined;
}

/** A question is answered within that time, mostly; then the decoder may be set up for another's. */
const AWAITED_FOR_MS = 30_000;
/** While somebody speaks, changes of grammar (up to 100 ms of the thread each) leave the thread free for that long. */
const CHANGE_PAUSE_MS = 300;
/** Wishes waiting to be anticipated; the oldest goes without. */
const MAX_ANTICIPATED = 64;

interface Waiter {
  readonly wish: DecoderWish;
  readonly lend: (loan: DecoderLoan) => void;
  readonly failed: (error: unknown) => void;
}

export function createDecoderPool(create: () => Promise<Decoder>, maxDecoders: number): DecoderPool {
  const seats: Seat[] = [];
  const line: Waiter[] = [];
  let growing = 0;

  const anticipated = new Map<number, DecoderWish>();
  let changing: NodeJS.Timeout | undefined;

  function serve(): void {
    while (line.length > 0) {
      const waiter = line[0];
      if (waiter === undefined) return;
      const seat = bestIdle(seats, waiter.wish);
      if (seat === undefined) {
        if (seats.length + growing < maxDecoders && growing < line.length) grow();
        return;
      }
      line.shift();
      lend(seat, waiter);
    }
  }

  /** One change, then a pause in which the thread hears those who speak. */
  function change(): void {
    changing = undefined;
    const [wish] = anticipated.values();
    if (wish === undefined) return;
    anticipated.delete(wish.speaker);
    setUp(wish);
    if (anticipated.size > 0) changing = setTimeout(change, busy() ? CHANGE_PAUSE_MS : 0);
  }

  function busy(): boolean {
    return line.length > 0 || seats.some((seat) => seat.busy);
  }

  function setUp(wish: DecoderWish): void {
    const now = performance.now();
    for (const seat of seats) if (seat.awaits?.speaker === wish.speaker) seat.awaits = undefined;
    const awaits = { speaker: wish.speaker, untilMs: now + AWAITED_FOR_MS };
    const free = seats.filter((seat) => !seat.busy && (seat.awaits === undefined || seat.awaits.untilMs < now));
    const ready = free.find((seat) => seat.vocabulary !== undefined && hasGrammar(seat, wish));
    if (ready !== undefined) {
      ready.awaits = awaits;
      return;
    }
    // The whole vocabulary stays at hand for whoever finds no other.
    const changeable = free.find((seat) => seat.grammar !== WHOLE);
    if (changeable !== undefined) {
      fit(changeable, wish);
      changeable.awaits = awaits;
    } else if (seats.length + growing < maxDecoders) {
      growing += 1;
      create()
        .then((decoder) => {
          const seat = newSeat(decoder);
          fit(seat, wish);
          seat.awaits = awaits;
          seats.push(seat);
        })
        // It was but a preparation: the utterance will say what is wrong.
        .catch(() => undefined)
        .finally(() => {
          growing -= 1;
          serve();
        });
    }
  }

  function grow(): void {
    growing += 1;
    create()
      .then((decoder) => seats.push(newSeat(decoder)))
      .catch((error: unknown) => line.shift()?.failed(error))
      .finally(() => {
        growing -= 1;
        serve();
      });
  }

  function lend(seat: Seat, { wish, lend: give, failed }: Waiter): void {
    try {
      if (seat.vocabulary !== wish.vocabulary || !seats.some((other) => other.busy)) fit(seat, wish);
    } catch (error) {
      // What state it is in is unknown: the next loan sets it up from the dictionary on.
      seat.vocabulary = undefined;
      failed(error);
      return;
    }
    const fresh = seat.speaker !== wish.speaker;
    seat.busy = true;
    seat.speaker = wish.speaker;
    give({
      decoder: seat.decoder,
      vocabulary: wish.vocabulary,
      fresh,
      release() {
        seat.busy = false;
        serve();
      },
    });
  }

  return {
    borrow(wish, give, failed) {
      const waiter = { wish, lend: give, failed };
      line.push(waiter);
      serve();
      return () => {
        const at = line.indexOf(waiter);
        if (at >= 0) line.splice(at, 1);
      };
    },
    anticipate(wish) {
      anticipated.delete(wish.speaker);
      anticipated.set(wish.speaker, wish);
      const [oldest] = anticipated.keys();
      if (anticipated.size > MAX_ANTICIPATED && oldest !== undefined) anticipated.delete(oldest);
      if (changing === undefined) changing = setTimeout(change, 0);
    },
    async prewarm(wishes) {
      for (const wish of wishes) {
        const idle = bestIdle(seats, wish);
        if (idle !== undefined && hasGrammar(idle, wish)) {
          fit(idle, wish);
          continue;
        }
        if (seats.length + growing >= maxDecoders) return;
        growing += 1;
        try {
          const seat = newSeat(await create());
          fit(seat, wish);
          seats.push(seat);
        } finally {
          growing -= 1;
        }
      }
      serve();
    },
  };
}

function newSeat(decoder: Decoder): Seat {
  return {
    decoder,
    busy: false,
    vocabulary: undefined,
    grammar: undefined,
    speaker: undefined,
    awaits: undefined,
  };
}

function hasGrammar(seat: Seat, wish: DecoderWish): boolean {
  if (seat.vocabulary === undefined) return true; // unused: it costs nobody anything
  return seat.vocabulary === wish.vocabulary && seat.grammar === wish.vocabulary.grammar(wish.context).name;
}

/**
 * Same grammar before the whole vocabulary's before another of its contexts before unused before another vocabulary's;
 * among equals one that awaits or heard this speaker.
 */
function bestIdle(seats: readonly Seat[], wish: DecoderWish): Seat | undefined {
  const name = wish.vocabulary.grammar(wish.context).name;
  let best: Seat | undefined;
  let bestScore = -1;
  for (const seat of seats) {
    if (seat.busy) continue;
    const known = seat.vocabulary === wish.vocabulary;
    const kinship = known ? (seat.grammar === name ? 4 : seat.grammar === WHOLE ? 3 : 2) : 1;
    const own = seat.awaits?.speaker === wish.speaker ? 2 : seat.awaits === undefined ? 1 : 0;
    const score =
      10 * (seat.vocabulary === undefined ? 1.5 : kinship) + 2 * own + (seat.speaker === wish.speaker ? 1 : 0);
    if (score > bestScore) {
      best = seat;
      bestScore = score;
    }
  }
  return best;
}

/** Measured on 12,660 phrases: 12 ms for the words, about 100 ms for a grammar; nothing for the same. */
function fit(seat: Seat, wish: DecoderWish): void {
  const { name, fsg } = wish.vocabulary.grammar(wish.context);
  if (seat.vocabulary !== wish.vocabulary) {
    seat.decoder.useDictionary(wish.vocabulary.dictionary);
    seat.vocabulary = wish.vocabulary;
    seat.grammar = undefined;
  }
  if (seat.grammar !== name) {
    seat.decoder.useGrammar(fsg);
    seat.grammar = name;
  }
}
