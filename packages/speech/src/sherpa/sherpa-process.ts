import { readSherpaFolder } from './sherpa-folder.ts';
import type { SherpaReply, SherpaRequest } from './sherpa-messages.ts';
import { startSchema } from './sherpa-messages.ts';
import { openOffline } from './sherpa-offline.ts';
import { openStreaming } from './sherpa-streaming.ts';

// A process of its own: a model that the library cannot read ends it, and its onnxruntime is not the one of other models.

/** What hears utterances, all of them at once. */
export interface SherpaEars {
  take(request: SherpaRequest): void;
}

const reply = (message: SherpaReply) => process.send?.(message);
// Whoever started it is gone.
process.on('disconnect', () => process.exit());

// What comes while the model is loaded waits; the other side bounds it.
const early: SherpaRequest[] = [];
let ears: SherpaEars | undefined;
process.on('message', (request: SherpaRequest) => {
  if (ears === undefined) early.push(request);
  else ears.take(request);
});

try {
  const start = startSchema.parse(JSON.parse(process.argv[2] ?? ''));
  const model = await readSherpaFolder(start.folder, start.precision);
  const { default: sherpa } = await import('sherpa-onnx-node');
  ears =
    model.kind === 'streaming' ? openStreaming(sherpa, model, start, reply) : openOffline(sherpa, model, start, reply);
  reply({ type: 'ready', kind: model.kind });
  for (const request of early.splice(0)) ears.take(request);
} catch (error) {
  reply({ type: 'unusable', reason: error instanceof Error ? error.message : String(error) });
}
