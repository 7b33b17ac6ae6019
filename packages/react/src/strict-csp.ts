import { config } from 'zod';

/**
 * For pages whose content security policy forbids `eval`: import this before anything else. zod otherwise tries out
 * whether it may compile its schemas, and the browser reports the attempt as a violation.
 */
config({ jitless: true });
