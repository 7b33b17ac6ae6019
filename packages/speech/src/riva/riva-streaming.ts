import { status } from '@grpc/grpc-js';
import { type Pcm, SAMPLE_RATE_HZ } from '@parley/engine/ports/audio.ts';
import type { Clock } from '@parley/engine/ports/clock.ts';
import type { Recognizer } from '@parley/engine/ports/recognizer.ts';
import type { ProviderFailure } from '../provider/provider-failure.ts';
import {
  createUtteranceRecognizer,
  type Utterance,
  type UtteranceRequest,
  type UtteranceSink,
} from '../wire/utterance-recognizer.ts';
import { createRivaChannel, type RivaAccount, type RivaChannel } from './riva-channel.ts';
import { createAudioEncoder, rivaConfig } from './riva-config.ts';
import { type CallEnd, failureOfCall } from './riva-failure.ts';
import { heardOf, joinPieces } from './riva-heard.ts';
import type { RivaStreamingOptions } from './riva-options.ts';
import type { RivaAlternative } from './riva-wire.ts';

/** Audio that waits to be sent; beyond, the server is too slow to be of use. An utterance that is heard again comes all at once. */
const maxUnsentMs = 60_000;

/**
 * Hears while the caller speaks: one call of `StreamingRecognize` an utterance, over a connection that all share. A call costs no round
 * trip of its own, its end is what makes the server say its last word at once, and word times count from the utterance's start.
 */
export function createRivaRecognizer(account: RivaAccount, options: RivaStreamingOptions, clock: Clock): Recognizer {
  const { pingIntervalMs, pongTimeoutMs, finalTimeoutMs } = options;
  const channel = createRivaChannel(account, clock, {
    ...(pingIntervalMs !== undefined && { pingIntervalMs }),
    ...(pongTimeoutMs !== undefined && { pongTimeoutMs }),
  });
  return createUtteranceRecognizer(
    {
      name: 'riva',
      warmUp: channel.warmUp,
      begin: (request, sink) => beginCall(channel, clock, options, request, sink),
      async close() {
        channel.close();
      },
    },
    clock,
    { finalTimeoutMs },
  );
}

function beginCall(
  channel: RivaChannel,
  clock: Clock,
  options: RivaStreamingOptions,
  request: UtteranceRequest,
  sink: UtteranceSink,
): Utterance {
  const call = channel.streamingRecognize();
  const encoder = createAudioEncoder(request.line);
  const samplesAMessage = (options.chunkMs * SAMPLE_RATE_HZ) / 1000;
  /** What the server will not change any more. */
  const pieces: RivaAlternative[] = [];
  let frames: Pcm[] = [];
  let samplesKept = 0;
  let ended: CallEnd | undefined;
  let allRead = false;
  let answered = false;
  let isEnding = false;
  let over = false;

  const finish = () => {
    over = true;
    cancelTimer();
    frames = [];
  };
  const fail = (failure: ProviderFailure) => {
    if (over) return;
    finish();
    call.cancel();
    sink.failed(failure);
  };
  const cancelTimer = channel.isReady
    ? () => {}
    : clock.wakeAt(clock.nowMs() + options.connectTimeoutMs, () => {
        if (over || channel.isReady || answered) return;
        channel.renew();
        fail({ code: 'provider_timed_out', message: `Not connected within ${options.connectTimeoutMs} ms.` });
      });

  const conclude = () => {
    if (over || ended === undefined) return;
    if (ended.code !== status.OK) return fail(failureOfCall(ended));
    if (!allRead) return;
    if (!isEnding)
      return fail({ code: 'provider_failed', message: 'It ended the call in the middle of an utterance.' });
    finish();
    sink.final(heardOf(pieces, options.confidenceTemperature));
  };

  call.on('data', ({ results }) => {
    if (over) return;
    answered = true;
    const tentative: string[] = [];
    for (const { alternatives, isFinal } of results) {
      const best = alternatives[0];
      if (best === undefined) continue;
      if (isFinal) pieces.push(best);
      else tentative.push(best.transcript);
    }
    const text = joinPieces([...pieces.map(({ transcript }) => transcript), ...tentative]);
    if (text !== '') sink.partial(text);
  });
  call.on('end', () => {
    allRead = true;
    conclude();
  });
  call.on('status', (end) => {
    ended = end;
    conclude();
  });
  // Told by `status` too.
  call.on('error', () => {});

  const send = (bytes: Uint8Array) => {
    if (bytes.length === 0) return;
    if (call.writableLength * options.chunkMs >= maxUnsentMs) {
      return fail({ code: 'provider_timed_out', message: `More than ${maxUnsentMs} ms of audio wait to be sent.` });
    }
    call.write({ audioContent: bytes });
  };
  const sendFrames = () => {
    if (frames.length === 0) return;
    const taken = frames;
    frames = [];
    samplesKept = 0;
    send(encoder.encode(taken));
  };

  call.write({
    streamingConfig: { config: rivaConfig(request, options, options.stopHistoryMs), interimResults: true },
  });
  return {
    write(frame) {
      if (over || isEnding) return;
      frames.push(frame);
      samplesKept += frame.length;
      if (samplesKept >= samplesAMessage) sendFrames();
    },
    end() {
      if (over || isEnding) return;
      isEnding = true;
      sendFrames();
      send(encoder.flush());
      call.end();
    },
    cancel(reason) {
      if (over) return;
      finish();
      // It may be half open.
      if (reason === 'late') channel.renew();
      call.cancel();
    },
  };
}
