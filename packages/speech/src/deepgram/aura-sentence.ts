import type { Pcm } from '@parley/engine/ports/audio.ts';
import type { SynthesisSink } from '@parley/engine/ports/synthesizer.ts';
import type { ProviderFailure } from '../provider/provider-failure.ts';

/** Where a sentence goes, whichever way it comes. After its end, or the abort of its signal, nothing is passed on. */
export interface AuraOutlet {
  readonly isOver: boolean;
  /** Sound has come; it cannot be asked for in another way any more. */
  readonly hasBegun: boolean;
  audio(samples: Pcm): void;
  done(): void;
  failed(failure: ProviderFailure): void;
}

/** @param onOver told once, before the sink is told of the end: frees what the sentence held */
export function createAuraOutlet(sink: SynthesisSink, signal: AbortSignal, onOver: () => void): AuraOutlet {
  let isOver = false;
  let hasBegun = false;
  const finish = () => {
    if (isOver) return false;
    isOver = true;
    signal.removeEventListener('abort', finish);
    onOver();
    return true;
  };
  signal.addEventListener('abort', finish, { once: true });
  return {
    get isOver() {
      return isOver;
    },
    get hasBegun() {
      return hasBegun;
    },
    audio(samples) {
      if (isOver || samples.length === 0) return;
      hasBegun = true;
      sink.audio(samples);
    },
    done() {
      if (finish()) sink.done();
    },
    failed({ code, message, retryAfterMs }) {
      if (finish()) sink.failed(code, message, retryAfterMs);
    },
  };
}
