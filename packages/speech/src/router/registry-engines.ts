import { accountFor, createRecognizer, createSynthesizer, enginesFor, findEngine } from '../registry.ts';
import type { EngineDirectory, EngineMakers } from './engine-directory.ts';

/** The engines of the registry, for the router. */
export const registryEngines: EngineDirectory & EngineMakers = {
  findEngine,
  accountFor: (kind, name, accounts) => accountFor(findEngine(kind, name).provider, accounts),
  enginesFor,
  createRecognizer,
  createSynthesizer,
};
