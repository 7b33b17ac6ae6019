import { createRequire } from 'node:module';

/** Is the optional package there that runs models of this machine? */
export function isOnnxInstalled(): boolean {
  try {
    createRequire(import.meta.url).resolve('onnxruntime-node');
    return true;
  } catch {
    return false;
  }
}
