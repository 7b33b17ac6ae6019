import { spawn, spawnSync } from 'node:child_process';
import { createResampler } from '@parley/engine/audio/resampler.ts';
import { SAMPLE_RATE_HZ } from '@parley/engine/ports/audio.ts';
import type { SynthesisRequest, SynthesisSink, Synthesizer, Voice } from '@parley/engine/ports/synthesizer.ts';
import { spokenText } from '@parley/engine/text/spoken-form/spoken-form.ts';
import { SpeechError } from '../speech-error.ts';
import { parseSsml } from '../ssml/parse-ssml.ts';
import { ssmlToSsml } from '../ssml/ssml-speech.ts';

export interface EspeakOptions {
  /** The program, found on the path or by its own. */
  readonly command?: string;
  /** Sentences spoken at once; each is a process of some 20 ms. */
  readonly maxProcesses?: number;
  /** Sentences waiting beyond which new ones fail. */
  readonly maxQueue?: number;
  /** After this the process hangs and is killed. */
  readonly timeoutMs?: number;
}

/** Words a minute by tone; 175 is espeak's own pace. */
const PACE = { warm: 165, neutral: 175, energetic: 190 } as const;
const WAV_HEADER_BYTES = 44;
/** Five minutes at 22,050 Hz: no sentence is longer. */
const MAX_AUDIO_BYTES = 13_230_000;

/**
 * espeak-ng as installed on the system, one process a sentence: a hundred languages, plain voices, no word times. It is
 * under the GPL and so never comes with the project. Failure codes: `synthesizer_busy`, `synthesizer_failed`,
 * `synthesizer_closed`.
 *
 * @throws SpeechError `program_missing` when the program cannot be run
 */
export function createEspeakSynthesizer(options: EspeakOptions = {}): Synthesizer {
  const { command = 'espeak-ng', maxProcesses = 2, maxQueue = 64, timeoutMs = 10_000 } = options;
  const voices = listVoices(command);
  const closing = new AbortController();
  const queue: (() => void)[] = [];
  let running = 0;

  function next(): void {
    while (running < maxProcesses) {
      const start = queue.shift();
      if (start === undefined) return;
      running += 1;
      start();
    }
  }

  function start(request: SynthesisRequest, sink: SynthesisSink): void {
    let over = false;
    const end = (report: () => void): void => {
      if (over) return;
      over = true;
      running -= 1;
      if (!request.signal.aborted) report();
      next();
    };
    if (request.signal.aborted || closing.signal.aborted) {
      end(() => sink.failed('synthesizer_closed', 'The synthesizer is closed.'));
      return;
    }
    const nodes = request.ssml === undefined ? undefined : parseSsml(request.ssml);
    const ssml = nodes === undefined ? undefined : ssmlToSsml(nodes, request.language);
    const child = spawn(
      command,
      [
        '--stdin',
        ...(ssml === undefined ? [] : ['-m']),
        '--stdout',
        '-b',
        '1',
        '-v',
        request.voice ?? request.language.toLowerCase(),
        '-s',
        String(PACE[request.tone]),
      ],
      {
        signal: AbortSignal.any([request.signal, closing.signal, AbortSignal.timeout(timeoutMs)]),
        stdio: ['pipe', 'pipe', 'ignore'],
      },
    );
    const parts: Buffer[] = [];
    let bytes = 0;
    child.stdout.on('data', (part: Buffer) => {
      bytes += part.length;
      if (bytes > MAX_AUDIO_BYTES) child.kill();
      else parts.push(part);
    });
    child.on('error', (error) => end(() => sink.failed('synthesizer_failed', `espeak-ng failed: ${error.message}`)));
    child.on('close', (exitCode) =>
      end(() => {
        const wav = Buffer.concat(parts);
        if (exitCode !== 0 || wav.length <= WAV_HEADER_BYTES) {
          sink.failed(
            'synthesizer_failed',
            `espeak-ng could not say it; is the voice for "${request.language}" installed?`,
          );
          return;
        }
        sink.audio(toPcm(wav));
        sink.done();
      }),
    );
    // It may be gone before it has read: the exit says so, not the pipe.
    child.stdin.on('error', () => undefined);
    // It reads numbers in its own way, not as people say them.
    child.stdin.end(ssml ?? spokenText(request.text, request.language));
  }

  return {
    name: 'espeak',
    voices,
    synthesize(request, sink) {
      if (closing.signal.aborted || queue.length >= maxQueue) {
        const [code, message] = closing.signal.aborted
          ? ['synthesizer_closed', 'The synthesizer is closed.']
          : ['synthesizer_busy', 'Too many sentences wait to be spoken. Try again in a moment.'];
        setImmediate(() => {
          if (!request.signal.aborted) sink.failed(code ?? '', message ?? '');
        });
        return;
      }
      queue.push(() => start(request, sink));
      setImmediate(next);
    },
    async close() {
      closing.abort();
      next();
    },
  };
}

function toPcm(wav: Buffer): Int16Array {
  const sampleRateHz = wav.readUInt32LE(24);
  const samples = new Int16Array(Math.floor((wav.length - WAV_HEADER_BYTES) / 2));
  for (let index = 0; index < samples.length; index += 1)
    samples[index] = wav.readInt16LE(WAV_HEADER_BYTES + 2 * index);
  return sampleRateHz === SAMPLE_RATE_HZ ? samples : createResampler(sampleRateHz, SAMPLE_RATE_HZ).process(samples);
}

/** Once, at the start, so that a missing program is known before the first call and not during it. */
function listVoices(command: string): Voice[] {
  const { error, status, stdout } = spawnSync(command, ['--voices'], { encoding: 'utf8', timeout: 5_000 });
  if (error !== undefined || status !== 0) {
    throw new SpeechError(
      'program_missing',
      'espeak-ng is not installed. Install the system package "espeak-ng", or choose another synthesizer.',
    );
  }
  const voices: Voice[] = [];
  for (const line of stdout.split('\n').slice(1)) {
    const [, language, , name] = line.trim().split(/\s+/).slice(0, 4);
    if (language !== undefined && name !== undefined)
      voices.push({ id: language, title: name.replaceAll('_', ' '), language });
  }
  return voices;
}
