import type { Brain } from '../brain.ts';
import type { FakeVendor } from '../fake-vendor.ts';
import { startHttpFake } from '../http-fake.ts';
import type { FakeExchange } from '../wire/fake-exchange.ts';
import type { FakeHandshake, SocketAnswer } from '../wire/fake-socket.ts';
import { type ApiDialect, apiError, isRefusal } from './api-dialect.ts';
import { openaiModels } from './api-models.ts';
import { answerChat } from './chat-completions.ts';
import { openTranscriptionSession } from './realtime.ts';
import { answerResponse } from './responses.ts';
import { answerSpeech, modelOfJson, type SpeechFakeOptions } from './speech.ts';
import { answerTranscription, modelField } from './transcriptions.ts';

/** A server of OpenAI's API in one of its dialects. */
export function createApiFake(dialect: ApiDialect, speech: SpeechFakeOptions): FakeVendor {
  return {
    name: dialect.name,
    start: ({ port, brain }) =>
      startHttpFake({
        name: dialect.name,
        port,
        routes: {
          request: (exchange) => answer(exchange, dialect, speech, brain),
          socket: (handshake) => accept(handshake, dialect, brain),
          refusal: dialect.refusal,
        },
        environment: dialect.environment,
      }),
  };
}

async function answer(exchange: FakeExchange, dialect: ApiDialect, speech: SpeechFakeOptions, brain: Brain) {
  const { request, json } = exchange;
  const asked = dialect.read(request);
  if (isRefusal(asked)) return json(asked.status, asked.body);
  const { operation } = asked;
  if (operation === 'models') return json(200, { object: 'list', data: modelList });
  if (operation === 'realtime' || request.method !== 'POST') return json(405, apiError('Not allowed.', null));
  const named = operation === 'audio/transcriptions' ? modelField(request.form) : modelOfJson(request.json);
  const model = dialect.modelOf(asked, named);
  if (operation === 'audio/transcriptions' && model?.kind === 'transcription') {
    return answerTranscription(exchange, model, brain);
  }
  if (operation === 'audio/speech' && model?.kind === 'speech') return answerSpeech(exchange, model, brain, speech);
  if (operation === 'chat/completions' && model?.kind === 'chat') return answerChat(exchange, brain);
  if (operation === 'responses' && model?.kind === 'chat') return answerResponse(exchange, brain);
  const { status, body } = dialect.noModel(asked.deployment ?? named ?? '');
  json(status, body);
}

const modelList = Object.keys(openaiModels).map((id) => ({
  id,
  object: 'model',
  created: 1_780_000_000,
  owned_by: 'fake',
}));

function accept(handshake: FakeHandshake, dialect: ApiDialect, brain: Brain): SocketAnswer {
  const asked = dialect.read(handshake);
  if (isRefusal(asked)) return { kind: 'refused', ...asked };
  const { query } = handshake;
  if (asked.operation !== 'realtime' || query.get('intent') !== 'transcription' || query.has('model')) {
    return { kind: 'refused', status: 400, body: apiError('Only sessions that transcribe are to be had here.', null) };
  }
  return {
    kind: 'accepted',
    open: (socket) =>
      openTranscriptionSession(socket, brain, (name) => dialect.modelOf({ ...asked, deployment: name }, name)),
  };
}
