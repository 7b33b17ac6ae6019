import type { SynthesisRequest, SynthesisSink } from '@parley/engine/ports/synthesizer.ts';
import type { EngineContext } from '../provider/provider.ts';
import type { ContextSocket, SpeechContext } from './context-socket.ts';
import type { ElevenLabsAccount, ElevenLabsOptions } from './options.ts';
import { createSegment, type Segment } from './segment.ts';
import type { SocketPool } from './socket-pool.ts';
import type { SpeechOrder } from './speech-order.ts';

/** Speaks a sentence over a WebSocket that is kept for the next ones. */
export function speakOverSocket(
  order: SpeechOrder,
  request: SynthesisRequest,
  sink: SynthesisSink,
  parts: {
    readonly account: ElevenLabsAccount;
    readonly options: ElevenLabsOptions;
    readonly context: Pick<EngineContext, 'clock'>;
    readonly pool: SocketPool;
  },
): Segment {
  const { account, options, context: engine, pool } = parts;
  const url = socketUrl(account, options, order);
  let socket: ContextSocket | undefined;
  let context: SpeechContext | undefined;

  const segment = createSegment(request, sink, order.pieces, order.encoding, engine.clock, options, (how) => {
    if (how === 'aborted') context?.abandon();
    if (how !== 'timed-out') return;
    // Silent for so long it is of no use to the next sentence either.
    context?.abandon();
    socket?.retire();
  });

  const speak = (mustBeNew: boolean) => {
    socket = pool.take(url, mustBeNew);
    if (socket === undefined) {
      segment.fail({ code: 'provider_rate_limited', message: 'Too many connections are open already.' });
      return;
    }
    context = socket.open({
      onSpeech: segment.speech,
      onFinal: segment.finish,
      onFailed(failure, isStale) {
        // One that died while nobody spoke is nothing that a caller should hear of.
        if (isStale && !mustBeNew && !segment.hasBegun && !segment.isOver) speak(true);
        else segment.fail(failure);
      },
    });
    context.send({ text: ' ', ...(order.settings !== undefined && { voice_settings: order.settings }) });
    context.send({ text: order.text, flush: true });
    // The rest is spoken all the same, and its end is told at once.
    context.send({ close_context: true });
  };
  speak(false);
  return segment;
}

/** Where a sentence is spoken: voice, model, language and format are settled with the connection. */
export function socketUrl(
  { baseUrl }: ElevenLabsAccount,
  { model, logging }: ElevenLabsOptions,
  order: SpeechOrder,
): string {
  const query = new URLSearchParams({
    model_id: model,
    output_format: order.outputFormat,
    // Whole sentences come: nothing has to be gathered first.
    auto_mode: 'true',
    // Times with each piece of sound, not one ahead of or behind it.
    sync_alignment: 'true',
    // The longest that the vendor keeps it for.
    inactivity_timeout: '180',
    ...(!logging && { enable_logging: 'false' }),
    ...(order.language !== undefined && { language_code: order.language }),
  });
  const base = baseUrl.replace(/^http/, 'ws').replace(/\/+$/, '');
  return `${base}/v1/text-to-speech/${order.voice}/multi-stream-input?${query}`;
}
