import { SAMPLE_RATE_HZ } from '@parley/engine/ports/audio.ts';
import type sherpaOnnx from 'sherpa-onnx-node';
import { primaryLanguage } from '../provider/languages.ts';
import type { ModelConfig, SherpaModel, TokenStyle } from './sherpa-folder.ts';
import type { SherpaReply, SherpaStart } from './sherpa-messages.ts';
import type { SherpaEars } from './sherpa-process.ts';
import { readResult } from './sherpa-result.ts';
import { toFloats } from './sherpa-streaming.ts';

interface Hearing {
  readonly language: string;
  readonly phrases: readonly string[];
  readonly parts: Int16Array[];
}

/** Hears each utterance when it is over, one after the other. */
export function openOffline(
  sherpa: typeof sherpaOnnx,
  model: Extract<SherpaModel, { kind: 'offline' }>,
  start: SherpaStart,
  reply: (message: SherpaReply) => void,
): SherpaEars {
  const favours = start.hotwords && model.takesHotwords;
  const configFor = (modelConfig: ModelConfig) => ({
    featConfig: { sampleRate: SAMPLE_RATE_HZ, featureDim: 80 },
    modelConfig: { ...modelConfig, numThreads: start.threads, provider: 'cpu', debug: 0 },
    ...(favours
      ? { decodingMethod: 'modified_beam_search', maxActivePaths: 4, hotwordsScore: start.hotwordsScore }
      : { decodingMethod: 'greedy_search' }),
  });
  const recognizer = new sherpa.OfflineRecognizer(configFor(model.modelConfig));
  const hearings = new Map<number, Hearing>();
  const due: [utterance: number, hearing: Hearing][] = [];
  let toldLanguage = '';
  let isDecoding = false;

  /** A language that the model has no name for ends the process: it is left to find out by itself. */
  const tellLanguage = (tag: string) => {
    if (model.languages === undefined) return;
    const language = model.languages.includes(primaryLanguage(tag)) ? primaryLanguage(tag) : '';
    if (language === toldLanguage) return;
    toldLanguage = language;
    const { whisper } = model.modelConfig;
    recognizer.setConfig(configFor({ ...model.modelConfig, whisper: { ...Object(whisper), language } }));
  };

  const decode = async (utterance: number, { language, phrases, parts }: Hearing) => {
    const length = parts.reduce((sum, part) => sum + part.length, 0);
    if (length === 0) return reply({ type: 'final', utterance, text: '', confidence: undefined, words: [] });
    const samples = new Int16Array(length);
    let at = 0;
    for (const part of parts) {
      samples.set(part, at);
      at += part.length;
    }
    tellLanguage(language);
    const stream = favours ? recognizer.createStream(hotwordsOf(phrases, model.tokens)) : recognizer.createStream();
    stream.acceptWaveform({ samples: toFloats(samples), sampleRate: SAMPLE_RATE_HZ });
    const result = await recognizer.decodeAsync(stream);
    reply({ type: 'final', utterance, ...readResult(result, model.tokens, (length / SAMPLE_RATE_HZ) * 1000) });
  };
  const decodeDue = async () => {
    if (isDecoding) return;
    isDecoding = true;
    for (let next = due.shift(); next !== undefined; next = due.shift()) {
      const [utterance] = next;
      await decode(...next).catch((error: unknown) => reply({ type: 'failed', utterance, reason: String(error) }));
    }
    isDecoding = false;
  };

  return {
    take(request) {
      const { utterance } = request;
      const hearing = hearings.get(utterance);
      if (request.type === 'begin') {
        hearings.set(utterance, { language: request.language, phrases: request.phrases, parts: [] });
      } else if (request.type === 'audio') {
        reply({ type: 'taken', samples: request.samples.length });
        hearing?.parts.push(request.samples);
      } else if (request.type === 'end' && hearing !== undefined) {
        hearings.delete(utterance);
        due.push([utterance, hearing]);
        void decodeDue();
      } else if (request.type === 'cancel') {
        hearings.delete(utterance);
        const at = due.findIndex(([each]) => each === utterance);
        if (at >= 0) due.splice(at, 1);
      }
    },
  };
}

/** As the library takes them in one text: without the signs that part phrases and scores. */
function hotwordsOf(phrases: readonly string[], style: TokenStyle): string {
  return phrases
    .map((phrase) => phrase.replace(/[/:\s]+/g, ' ').trim())
    .filter((phrase) => phrase !== '')
    .map((phrase) => (style === 'capitals' ? phrase.toUpperCase() : style === 'small' ? phrase.toLowerCase() : phrase))
    .join('/');
}
