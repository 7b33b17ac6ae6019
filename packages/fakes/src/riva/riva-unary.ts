import type { Metadata, ServerUnaryCall, sendUnaryData } from '@grpc/grpc-js';
import { status } from '@grpc/grpc-js';
import { deployedLanguages, noDecoder, type Refusal, refusalOf, resultOf } from './riva-answers.ts';
import { createAudioDecoder } from './riva-audio.ts';
import { accept, garbage, type House } from './riva-call.ts';

/** A whole utterance in one message. */
export function serveRecognize(
  house: House,
  call: ServerUnaryCall<Buffer, Buffer>,
  answer: sendUnaryData<Buffer>,
): void {
  const { recognize } = house.service;
  const { raw, understood } = recognize.read(call.request);
  let sendAnswer: (bytes: Buffer) => void = () => {};
  const refuse = ({ code, details }: Refusal, metadata?: Metadata) =>
    answer({ code, details, ...(metadata !== undefined && { metadata }) });
  const accepted = accept(
    house,
    call,
    recognize.path,
    { ...Object(raw), audio: understood.audio.length },
    {
      send(data, sent) {
        sendAnswer(Buffer.from(data));
        sent();
      },
      end: () => {},
      garble: () => sendAnswer(garbage),
    },
    refuse,
  );
  if (accepted === undefined) return;
  const { out, over, socket } = accepted;
  let isAnswered = false;
  sendAnswer = (bytes) => {
    if (isAnswered) return;
    isAnswered = true;
    answer(null, bytes);
    over();
  };
  const refuseLate = (refusal: Refusal) =>
    out.inTurn(() => {
      over();
      refuse(refusal);
    });
  call.on('cancelled', over);
  house.journal.add({ type: 'audio', socket, bytes: understood.audio.length });
  const { config } = understood;
  const refusal = refusalOf(config, 'offline');
  const decoder = config === null || config === undefined ? undefined : createAudioDecoder(config);
  if (refusal !== undefined || config === null || config === undefined || decoder === undefined) {
    return refuseLate(refusal ?? noDecoder);
  }
  const listener = house.brain.listen(config.language_code);
  const parts = [decoder.decode(understood.audio), decoder.flush()];
  for (const part of parts) listener.write(part);
  const seconds = parts.reduce((sum, { length }) => sum + length, 0) / 16_000;
  listener
    .end()
    .then(
      (heard) => out.send(recognize.write({ results: resultOf(heard, config, seconds) })),
      (error: unknown) => refuseLate({ code: status.INTERNAL, details: String(error) }),
    )
    .finally(() => listener.close());
}

/** What is deployed, as `verify` asks for it. */
export function serveConfig(house: House, call: ServerUnaryCall<Buffer, Buffer>, answer: sendUnaryData<Buffer>): void {
  const { config } = house.service;
  const refuse = ({ code, details }: Refusal, metadata?: Metadata) =>
    answer({ code, details, ...(metadata !== undefined && { metadata }) });
  const { raw } = config.read(call.request);
  let isAnswered = false;
  const sendAnswer = (bytes: Buffer) => {
    if (!isAnswered) answer(null, bytes);
    isAnswered = true;
  };
  const accepted = accept(
    house,
    call,
    config.path,
    raw,
    {
      send(data, sent) {
        sendAnswer(Buffer.from(data));
        sent();
      },
      end: () => {},
      garble: () => sendAnswer(garbage),
    },
    refuse,
  );
  if (accepted === undefined) return;
  call.on('cancelled', accepted.over);
  const models = deployedLanguages.flatMap((language_code) =>
    ['online', 'offline'].map((type) => ({
      model_name: `fake-${language_code.toLowerCase()}-${type}`,
      parameters: { language_code, type, sample_rate: '16000' },
    })),
  );
  accepted.out.send(config.write({ model_config: models }));
  accepted.out.inTurn(accepted.over);
}
