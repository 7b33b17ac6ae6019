import { createRequire } from 'node:module';

/** Is the optional package there that runs the models of sherpa-onnx? */
export function isSherpaInstalled(): boolean {
  try {
    createRequire(import.meta.url).resolve('sherpa-onnx-node');
    return true;
  } catch {
    return false;
  }
}
