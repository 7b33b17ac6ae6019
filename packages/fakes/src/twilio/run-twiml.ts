import type { LiveCall } from './live-call.ts';
import { methodOf, type Next, type TwimlSource, type Verb } from './verb.ts';
import { dialVerb, referVerb } from './verbs/dial.ts';
import { gatherVerb, pauseVerb, playVerb, recordVerb, rejectVerb, sayVerb } from './verbs/simple.ts';
import { connectVerb, startVerb, stopVerb } from './verbs/stream.ts';
import { WebhookError } from './webhooks.ts';
import { elementsOf, parseXml, textOf, type XmlElement, XmlError } from './xml.ts';

/** The verbs before which a call that came in is not answered yet. */
const beforeAnswer = new Set(['Reject', 'Redirect', 'Dial', 'Pause', 'Start', 'Stop']);

const verbs: Readonly<Record<string, Verb>> = {
  Say: sayVerb,
  Play: playVerb,
  Pause: pauseVerb,
  Gather: gatherVerb,
  Record: recordVerb,
  Reject: rejectVerb,
  Connect: connectVerb,
  Start: startVerb,
  Stop: stopVerb,
  Dial: dialVerb,
  Refer: referVerb,
  Hangup: async () => 'over',
  Redirect: async ({ element, resolve }) => ({
    kind: 'url',
    url: resolve(textOf(element)),
    method: methodOf(element.attributes.method),
    params: {},
  }),
};

/** Longer chains of documents are a loop. */
const maxDocuments = 100;

/** Has a call do what TwiML says, instead of what it did; at the end of the last document it is hung up. Never rejects. */
export async function followTwiml(call: LiveCall, first: TwimlSource): Promise<void> {
  const signal = call.takeOver();
  try {
    await follow(call, first, signal, maxDocuments);
    call.answer();
    call.end('completed');
  } catch (error) {
    if (signal.aborted) return;
    report(call, error);
    if (call.over.aborted) return;
    call.said.push({ text: 'An application error has occurred. Goodbye.', language: 'en', atMs: call.durationMs });
    call.end(call.status === 'in-progress' ? 'completed' : 'failed');
  }
}

/** As `followTwiml`, for a part of a call: it goes on afterwards. @throws the signal's reason; WebhookError; XmlError; TwimlError */
export async function follow(
  call: LiveCall,
  first: TwimlSource,
  signal: AbortSignal,
  most = maxDocuments,
): Promise<void> {
  let next: Next = first;
  for (let count = 0; next !== undefined && next !== 'over'; count += 1) {
    if (count >= most) throw new TwimlError(`More than ${most} documents followed one another.`);
    const { root, base } = await read(call, next);
    signal.throwIfAborted();
    next = await runAll(call, elementsOf(root), base, signal);
  }
}

/** The document cannot be followed; Twilio's error 12100 or 12200. */
export class TwimlError extends Error {
  override readonly name = 'TwimlError';
}

async function runAll(
  call: LiveCall,
  elements: readonly XmlElement[],
  base: string | undefined,
  signal: AbortSignal,
): Promise<Next> {
  for (const element of elements) {
    const verb = verbs[element.name];
    if (verb === undefined) {
      call.report('warning', 12_200, `There is no verb <${element.name}>.`);
      continue;
    }
    if (!beforeAnswer.has(element.name)) call.answer();
    const next = await verb({
      call,
      element,
      signal,
      resolve: (url) => resolveUrl(url, base),
      run: (inner) => runAll(call, inner, base, signal),
    });
    signal.throwIfAborted();
    if (next !== undefined) return next;
  }
  return undefined;
}

function resolveUrl(url: string, base: string | undefined): string {
  if (URL.canParse(url)) return url;
  if (base !== undefined && URL.canParse(url, base)) return new URL(url, base).href;
  throw new TwimlError(`"${url}" is no address.`);
}

async function read(call: LiveCall, source: TwimlSource): Promise<{ root: XmlElement; base: string | undefined }> {
  if (source.kind === 'document') return { root: parse(source.text), base: undefined };
  const { url, method, params, fallback } = source;
  try {
    return { root: await ask(call, url, method, params), base: url };
  } catch (error) {
    if (fallback === undefined || call.over.aborted) throw error;
    report(call, error);
    const extra = { ...params, ErrorCode: String(codeOf(error)), ErrorUrl: url };
    return { root: await ask(call, fallback.url, fallback.method, extra), base: fallback.url };
  }
}

async function ask(call: LiveCall, url: string, method: 'GET' | 'POST', params: Readonly<Record<string, string>>) {
  const answer = await call.house.webhooks.send(url, method, { ...call.params(), ...params });
  if (answer.status === 204) return { name: 'Response', attributes: {}, children: [] };
  if (answer.status < 200 || answer.status > 299) {
    throw new WebhookError(11_200, `${url} answered ${answer.status}.`);
  }
  if (!/^(?:text|application)\/(?:xml|html)\b/.test(answer.contentType)) {
    throw new TwimlError(`${url} answered with "${answer.contentType}", which is no TwiML.`);
  }
  return parse(answer.body);
}

function parse(text: string): XmlElement {
  const root = parseXml(text);
  if (root.name !== 'Response') throw new TwimlError(`The document is <${root.name}> and not <Response>.`);
  return root;
}

function codeOf(error: unknown): number {
  if (error instanceof WebhookError) return error.code;
  return error instanceof XmlError ? 12_100 : 12_200;
}

function report(call: LiveCall, error: unknown): void {
  call.report('error', codeOf(error), error instanceof Error ? error.message : String(error));
}
