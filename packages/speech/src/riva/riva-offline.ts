import type { ClientUnaryCall } from '@grpc/grpc-js';
import { type Pcm, SAMPLE_RATE_HZ } from '@parley/engine/ports/audio.ts';
import type { Clock } from '@parley/engine/ports/clock.ts';
import type { Recognizer } from '@parley/engine/ports/recognizer.ts';
import { createUtteranceRecognizer } from '../wire/utterance-recognizer.ts';
import { createRivaChannel, type RivaAccount } from './riva-channel.ts';
import { createAudioEncoder, rivaConfig } from './riva-config.ts';
import { failureOfCall } from './riva-failure.ts';
import { heardOf } from './riva-heard.ts';
import type { RivaOfflineOptions } from './riva-options.ts';

/**
 * Hears an utterance when it is over, by `Recognize`: for models that were deployed for recordings only, which are the most exact ones.
 * Nothing is known before the end: no partials.
 */
export function createRivaOfflineRecognizer(
  account: RivaAccount,
  options: RivaOfflineOptions,
  clock: Clock,
): Recognizer {
  const { pingIntervalMs, pongTimeoutMs, finalTimeoutMs, maxUtteranceMs, confidenceTemperature } = options;
  const maxSamples = (maxUtteranceMs * SAMPLE_RATE_HZ) / 1000;
  const channel = createRivaChannel(account, clock, {
    ...(pingIntervalMs !== undefined && { pingIntervalMs }),
    ...(pongTimeoutMs !== undefined && { pongTimeoutMs }),
  });
  return createUtteranceRecognizer(
    {
      name: 'riva-offline',
      warmUp: channel.warmUp,
      begin(request, sink) {
        let frames: Pcm[] = [];
        let samplesKept = 0;
        let call: ClientUnaryCall | undefined;
        let over = false;
        // The utterance's start is a good moment to connect: its end waits for nothing then.
        channel.warmUp();
        return {
          write(frame) {
            if (over || call !== undefined || samplesKept >= maxSamples) return;
            samplesKept += frame.length;
            frames.push(frame);
          },
          end() {
            if (over || call !== undefined) return;
            const encoder = createAudioEncoder(request.line);
            const audio = Buffer.concat([encoder.encode(frames), encoder.flush()]);
            frames = [];
            call = channel.recognize(
              { config: rivaConfig(request, options), audio },
              // The server is told too, so that it does not work for nobody.
              Date.now() + finalTimeoutMs,
              (error, response) => {
                if (over) return;
                over = true;
                if (error !== null) return sink.failed(failureOfCall(error));
                const pieces = response?.results.flatMap(({ alternatives }) => alternatives.slice(0, 1)) ?? [];
                sink.final(heardOf(pieces, confidenceTemperature));
              },
            );
          },
          cancel(reason) {
            if (over) return;
            over = true;
            frames = [];
            if (reason === 'late') channel.renew();
            call?.cancel();
          },
        };
      },
      async close() {
        channel.close();
      },
    },
    clock,
    { finalTimeoutMs },
  );
}
