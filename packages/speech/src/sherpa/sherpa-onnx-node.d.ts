/** What is used of the package, which brings no types. */
declare module 'sherpa-onnx-node' {
  interface Waveform {
    readonly samples: Float32Array;
    readonly sampleRate: number;
  }
  interface OnlineStream {
    acceptWaveform(waveform: Waveform): void;
    inputFinished(): void;
  }
  interface OfflineStream {
    acceptWaveform(waveform: Waveform): void;
  }
  class OnlineRecognizer {
    /** @throws Error for a configuration that is none; a broken model ends the process */
    constructor(config: object);
    createStream(): OnlineStream;
    isReady(stream: OnlineStream): boolean;
    decodeStreams(streams: readonly OnlineStream[]): void;
    getResult(stream: OnlineStream): unknown;
  }
  class OfflineRecognizer {
    constructor(config: object);
    createStream(hotwords?: string): OfflineStream;
    setConfig(config: object): void;
    decodeAsync(stream: OfflineStream): Promise<unknown>;
  }
  const sherpa: {
    readonly OnlineRecognizer: typeof OnlineRecognizer;
    readonly OfflineRecognizer: typeof OfflineRecognizer;
  };

  export type { OfflineRecognizer, OfflineStream, OnlineRecognizer, OnlineStream };
  // biome-ignore lint/style/noDefaultExport: the package is CommonJS, whose exports come as one value.
  export default sherpa;
}
