/**
 * The part of WASI (preview 1) that flite needs: arguments, a clock, standard output and one folder `/d` in memory.
 * Nothing of the machine is reachable through it.
 */
export interface MemoryWasi {
  readonly imports: WebAssembly.Imports;
  /** Give the instance's memory before calling `_start`. */
  attach(memory: WebAssembly.Memory): void;
  /** Forget files and output of the run before and set the arguments of the next. */
  reset(args: readonly string[]): void;
  file(path: string): Uint8Array<ArrayBuffer> | undefined;
  stdout(): string;
  stderr(): string;
}

/** Thrown out of `_start` when the program exits by itself. */
export class ProgramExit extends Error {
  readonly exitCode: number;

  constructor(exitCode: number) {
    super(`the program exited with code ${exitCode}`);
    this.name = 'ProgramExit';
    this.exitCode = exitCode;
  }
}

const OK = 0;
const BAD_FILE = 8;
const NO_ENTRY = 44;
const NO_SPACE = 51;
const PREOPENED_FD = 3;
const PREOPENED_NAME = '/d';
const OPEN_CREATE = 1;
const OPEN_TRUNCATE = 8;
const FILE_TYPE_CHARACTER_DEVICE = 2;
const FILE_TYPE_DIRECTORY = 3;
const FILE_TYPE_REGULAR = 4;
const ALL_RIGHTS = 0x1fff_ffffn;
/** 60 s of 16 kHz speech is 1.9 MB; the limits keep a runaway program from eating memory. */
const MAX_FILE_BYTES = 8_000_000;
const MAX_OUTPUT_BYTES = 1_000_000;

/** A file that grows by doubling. */
interface MemoryFile {
  bytes: Uint8Array<ArrayBuffer>;
  length: number;
}

interface OpenFile {
  readonly file: MemoryFile;
  position: number;
  readonly limit: number;
}

export function createMemoryWasi(): MemoryWasi {
  let memory: WebAssembly.Memory | undefined;
  let args: Uint8Array[] = [];
  const encoder = new TextEncoder();
  const decoder = new TextDecoder();
  const files = new Map<string, MemoryFile>();
  const open = new Map<number, OpenFile>();
  let out = emptyFile();
  let err = emptyFile();
  let nextFd = PREOPENED_FD + 1;

  // The buffer is another one after each growth, so views are made anew.
  const view = (): DataView => new DataView(buffer());
  const bytes = (): Uint8Array => new Uint8Array(buffer());
  function buffer(): ArrayBuffer {
    if (memory === undefined) throw new Error('WASI is used before its memory was attached');
    return memory.buffer;
  }

  function reset(next: readonly string[]): void {
    args = next.map((arg) => encoder.encode(`${arg}\0`));
    files.clear();
    open.clear();
    out = emptyFile();
    err = emptyFile();
    open.set(1, { file: out, position: 0, limit: MAX_OUTPUT_BYTES });
    open.set(2, { file: err, position: 0, limit: MAX_OUTPUT_BYTES });
    nextFd = PREOPENED_FD + 1;
  }

  const calls = {
    args_sizes_get(countAt: number, sizeAt: number): number {
      view().setUint32(countAt, args.length, true);
      view().setUint32(
        sizeAt,
        args.reduce((sum, arg) => sum + arg.length, 0),
        true,
      );
      return OK;
    },
    args_get(pointersAt: number, textAt: number): number {
      let at = textAt;
      for (const [index, arg] of args.entries()) {
        view().setUint32(pointersAt + 4 * index, at, true);
        bytes().set(arg, at);
        at += arg.length;
      }
      return OK;
    },
    clock_time_get(_clock: number, _precision: bigint, timeAt: number): number {
      view().setBigUint64(timeAt, BigInt(Math.round(performance.now() * 1e6)), true);
      return OK;
    },
    fd_close(fd: number): number {
      return open.delete(fd) ? OK : BAD_FILE;
    },
    fd_fdstat_get(fd: number, statAt: number): number {
      if (fd !== PREOPENED_FD && !open.has(fd)) return BAD_FILE;
      const type =
        fd === PREOPENED_FD ? FILE_TYPE_DIRECTORY : fd < PREOPENED_FD ? FILE_TYPE_CHARACTER_DEVICE : FILE_TYPE_REGULAR;
      const stat = view();
      stat.setUint8(statAt, type);
      stat.setUint16(statAt + 2, 0, true);
      stat.setBigUint64(statAt + 8, ALL_RIGHTS, true);
      stat.setBigUint64(statAt + 16, ALL_RIGHTS, true);
      return OK;
    },
    fd_fdstat_set_flags: (): number => OK,
    fd_prestat_get(fd: number, statAt: number): number {
      if (fd !== PREOPENED_FD) return BAD_FILE;
      view().setUint32(statAt, 0, true);
      view().setUint32(statAt + 4, PREOPENED_NAME.length, true);
      return OK;
    },
    fd_prestat_dir_name(fd: number, nameAt: number): number {
      if (fd !== PREOPENED_FD) return BAD_FILE;
      bytes().set(encoder.encode(PREOPENED_NAME), nameAt);
      return OK;
    },
    fd_read(fd: number, vectorsAt: number, count: number, readAt: number): number {
      const entry = open.get(fd);
      if (entry === undefined) return BAD_FILE;
      let total = 0;
      for (const [at, length] of vectors(vectorsAt, count)) {
        const part = entry.file.bytes.subarray(entry.position, Math.min(entry.position + length, entry.file.length));
        bytes().set(part, at);
        entry.position += part.length;
        total += part.length;
      }
      view().setUint32(readAt, total, true);
      return OK;
    },
    fd_seek(fd: number, offset: bigint, whence: number, positionAt: number): number {
      const entry = open.get(fd);
      if (entry === undefined || fd < PREOPENED_FD) return BAD_FILE;
      const base = whence === 0 ? 0 : whence === 1 ? entry.position : entry.file.length;
      entry.position = Math.min(Math.max(0, base + Number(offset)), entry.limit);
      view().setBigUint64(positionAt, BigInt(entry.position), true);
      return OK;
    },
    fd_write(fd: number, vectorsAt: number, count: number, writtenAt: number): number {
      const entry = open.get(fd);
      if (entry === undefined) return BAD_FILE;
      let total = 0;
      for (const [at, length] of vectors(vectorsAt, count)) {
        if (entry.position + length > entry.limit) return NO_SPACE;
        put(entry, bytes().subarray(at, at + length));
        total += length;
      }
      view().setUint32(writtenAt, total, true);
      return OK;
    },
    path_open(
      _dirFd: number,
      _lookup: number,
      pathAt: number,
      pathLength: number,
      openFlags: number,
      _rights: bigint,
      _inherited: bigint,
      _fdFlags: number,
      fdAt: number,
    ): number {
      const path = decoder.decode(bytes().slice(pathAt, pathAt + pathLength));
      let file = files.get(path);
      if (file === undefined) {
        if ((openFlags & OPEN_CREATE) === 0) return NO_ENTRY;
        file = emptyFile();
        files.set(path, file);
      }
      if ((openFlags & OPEN_TRUNCATE) !== 0) file.length = 0;
      const fd = nextFd++;
      open.set(fd, { file, position: 0, limit: MAX_FILE_BYTES });
      view().setUint32(fdAt, fd, true);
      return OK;
    },
    proc_exit(exitCode: number): never {
      throw new ProgramExit(exitCode);
    },
  };

  function* vectors(at: number, count: number): Generator<[at: number, length: number]> {
    for (let index = 0; index < count; index += 1) {
      const entry = view();
      yield [entry.getUint32(at + 8 * index, true), entry.getUint32(at + 8 * index + 4, true)];
    }
  }

  reset([]);
  return {
    imports: { wasi_snapshot_preview1: calls },
    attach(next) {
      memory = next;
    },
    reset,
    file(path) {
      const file = files.get(path);
      return file?.bytes.slice(0, file.length);
    },
    stdout: () => decoder.decode(out.bytes.subarray(0, out.length)),
    stderr: () => decoder.decode(err.bytes.subarray(0, err.length)),
  };
}

function emptyFile(): MemoryFile {
  return { bytes: new Uint8Array(0), length: 0 };
}

function put(entry: OpenFile, data: Uint8Array): void {
  const end = entry.position + data.length;
  if (end > entry.file.bytes.length) {
    const grown = new Uint8Array(Math.max(end, 2 * entry.file.bytes.length, 4096));
    grown.set(entry.file.bytes.subarray(0, entry.file.length));
    entry.file.bytes = grown;
  }
  entry.file.bytes.set(data, entry.position);
  entry.position = end;
  entry.file.length = Math.max(entry.file.length, end);
}
