import { z } from 'zod';
import type { Brain } from '../brain.ts';
import { fakeKey } from '../fake-vendor.ts';
import { parseJson } from '../wire/fake-request.ts';
import type { FakeHandshake, FakeSocket, SocketAnswer, SocketHandlers } from '../wire/fake-socket.ts';
import { modelProblem } from './fake-models.ts';
import { type OutputFormat, outputFormat, type SpokenChunk, speakInChunks } from './fake-speech.ts';
import { fakeVoices } from './fake-voices.ts';
import { refusal } from './refusals.ts';

/** `stream-input`: one text a socket. `multi-stream-input`: several, each by its context. */
export function acceptSpeechSocket(handshake: FakeHandshake, brain: Brain): SocketAnswer {
  const path = /^\/v1\/text-to-speech\/([^/]+)\/(multi-)?stream-input$/.exec(handshake.path);
  if (path === null) return { kind: 'refused', status: 404, body: { detail: 'Not Found' } };
  const { query, headers } = handshake;
  const key = headers['xi-api-key'];
  if (key !== undefined && key !== fakeKey)
    return {
      kind: 'refused',
      status: 401,
      body: refusal('authentication_error', 'invalid_api_key', 'Invalid API key.'),
    };
  const format = outputFormat(query.get('output_format') ?? 'mp3_44100_128');
  if (format === undefined)
    return {
      kind: 'refused',
      status: 400,
      body: refusal('validation_error', 'output_format_not_allowed', 'The fake has PCM and G.711.'),
    };
  const model = query.get('model_id') ?? 'eleven_multilingual_v2';
  const language = query.get('language_code') ?? undefined;
  const problem =
    model === 'eleven_v3'
      ? { code: 'model_not_found', message: 'eleven_v3 has no WebSocket.' }
      : modelProblem(model, language);
  return {
    kind: 'accepted',
    open: (socket) =>
      serve(socket, {
        handshake,
        brain,
        format,
        language: language ?? 'en',
        isMulti: path[2] !== undefined,
        isKeyKnown: key !== undefined,
        problem: fakeVoices.some(({ voice_id }) => voice_id === path[1])
          ? problem
          : { code: 'voice_id_does_not_exist', message: `A voice with the voice_id ${path[1]} does not exist.` },
      }),
  };
}

interface SocketParts {
  readonly handshake: FakeHandshake;
  readonly brain: Brain;
  readonly format: OutputFormat;
  readonly language: string;
  readonly isMulti: boolean;
  readonly isKeyKnown: boolean;
  readonly problem: { readonly code: string; readonly message: string } | undefined;
}

const messageSchema = z.object({
  text: z.string().optional(),
  context_id: z.string().optional(),
  voice_settings: z.object({}).loose().optional(),
  flush: z.boolean().optional(),
  try_trigger_generation: z.boolean().optional(),
  close_context: z.boolean().optional(),
  close_socket: z.boolean().optional(),
  'xi-api-key': z.string().optional(),
  xi_api_key: z.string().optional(),
});

interface Context {
  text: string;
  /** What is being spoken, in order. */
  speaking: Promise<void>;
}

/** As the vendor says it. */
const maxContexts = 5;

function serve(socket: FakeSocket, parts: SocketParts): SocketHandlers {
  const { handshake, isMulti, problem } = parts;
  const contexts = new Map<string, Context>();
  const isAuto = handshake.query.get('auto_mode') === 'true';
  const inactivityMs = 1000 * Math.min(180, Number(handshake.query.get('inactivity_timeout') ?? 20));
  let isOver = false;
  let idle: NodeJS.Timeout | undefined;

  const fail = (error: string, message: string) => {
    if (isOver) return;
    isOver = true;
    clearTimeout(idle);
    socket.sendJson({ message, error, code: 1008 });
    socket.close(1008, message);
  };
  const watch = () => {
    clearTimeout(idle);
    idle = setTimeout(() => fail('input_timeout_exceeded', 'Have not received a new text input.'), inactivityMs);
  };
  const close = () => {
    isOver = true;
    clearTimeout(idle);
    socket.close(1000);
  };
  const say = (id: string, context: Context) => {
    const { text } = context;
    context.text = '';
    if (text.trim() === '') return;
    context.speaking = context.speaking
      .then(() => speakInChunks(parts.brain, text, parts.language, parts.format, handshake.faults, socket.signal))
      .then((chunks) => {
        if (contexts.get(id) !== context) return;
        for (const chunk of chunks) socket.sendJson(spokenMessage(chunk, isMulti ? id : undefined));
      })
      .catch((error: unknown) => {
        if (!socket.signal.aborted) fail('internal_error', String(error));
      });
  };
  const endContext = (id: string, context: Context) => {
    say(id, context);
    void context.speaking.then(() => {
      if (isOver || contexts.get(id) !== context) return;
      contexts.delete(id);
      socket.sendJson({ isFinal: true, ...(isMulti && { contextId: id }) });
      if (!isMulti) close();
    });
  };

  const onText = (text: string) => {
    if (isOver) return;
    watch();
    const parsed = messageSchema.safeParse(parseJson(text));
    if (!parsed.success) return fail('invalid_input_message', 'Could not parse input message.');
    const message = parsed.data;
    if (problem !== undefined) return fail(problem.code, problem.message);
    if (message.close_socket === true) return close();
    const id = message.context_id ?? 'default';
    const key = message['xi-api-key'] ?? message.xi_api_key;
    const known = contexts.get(id);
    if (known === undefined) {
      if (!parts.isKeyKnown && key !== fakeKey) return fail('invalid_api_key', 'Invalid API key.');
      // What closes or keeps alive a sentence that is over opens none.
      if (message.close_context === true || (isMulti && message.text === '')) return;
      if (contexts.size >= maxContexts) {
        return fail(
          'max_active_conversations',
          `Maximum simultaneous contexts per WebSocket connection exceeded (${maxContexts}).`,
        );
      }
    } else if (message.voice_settings !== undefined) {
      return fail('invalid_input_message', 'voice_settings belong into the first message.');
    }
    const context = known ?? { text: '', speaking: Promise.resolve() };
    contexts.set(id, context);
    if (!isMulti && message.text === '') return endContext(id, context);
    context.text += message.text ?? '';
    // Whole sentences are spoken as they come when that was asked for.
    if (message.flush === true || message.try_trigger_generation === true || isAuto) say(id, context);
    if (message.close_context === true) endContext(id, context);
  };

  watch();
  return { onText, onClosed: () => clearTimeout(idle) };
}

/** Times count from the beginning of the piece of sound that they come with. */
function spokenMessage({ bytes, startMs, characters }: SpokenChunk, contextId: string | undefined): object {
  const alignment = {
    chars: characters.map(({ character }) => character),
    charStartTimesMs: characters.map((one) => Math.round(one.startMs - startMs)),
    charDurationsMs: characters.map((one) => one.endMs - one.startMs),
  };
  const isTimed = characters.length > 0;
  return {
    audio: Buffer.from(bytes).toString('base64'),
    isFinal: null,
    normalizedAlignment: isTimed ? alignment : null,
    alignment: isTimed ? alignment : null,
    ...(contextId !== undefined && { contextId }),
  };
}
