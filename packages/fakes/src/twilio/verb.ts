import { settled } from './house.ts';
import type { CallbackSettings, LiveCall } from './live-call.ts';
import type { WebhookParams } from './signature.ts';
import type { XmlElement } from './xml.ts';

/** Where TwiML comes from. */
export type TwimlSource =
  | { readonly kind: 'document'; readonly text: string }
  | {
      readonly kind: 'url';
      readonly url: string;
      readonly method: 'GET' | 'POST';
      /** Beside what every request has. */
      readonly params: WebhookParams;
      /** Asked when the address fails. */
      readonly fallback?: { readonly url: string; readonly method: 'GET' | 'POST' } | undefined;
    };

/** What a verb comes to: undefined goes on with the next one. */
export type Next = TwimlSource | 'over' | undefined;

export interface VerbContext {
  readonly call: LiveCall;
  readonly element: XmlElement;
  /** Gives up the verb: the call is over, or does something else. */
  readonly signal: AbortSignal;
  /** An address as the document has it, made whole. */
  resolve(url: string): string;
  /** Runs verbs within a verb. */
  run(elements: readonly XmlElement[]): Promise<Next>;
}

export type Verb = (context: VerbContext) => Promise<Next>;

export function methodOf(text: string | undefined): 'GET' | 'POST' {
  return text?.toUpperCase() === 'GET' ? 'GET' : 'POST';
}

/** What `action` asks for when a verb is over; undefined where there is none. */
export function actionOf({ element, resolve }: VerbContext, params: WebhookParams): TwimlSource | undefined {
  const { action, method } = element.attributes;
  return action === undefined ? undefined : { kind: 'url', url: resolve(action), method: methodOf(method), params };
}

/** `statusCallback`, `recordingStatusCallback` and the like of an element. */
export function callbackOf(
  { attributes }: XmlElement,
  name: 'statusCallback' | 'recordingStatusCallback',
  defaultEvents: readonly string[],
  resolve: (url: string) => string,
): CallbackSettings | undefined {
  const url = attributes[name];
  if (url === undefined || url === '') return undefined;
  const events = attributes[`${name}Event`]?.split(/\s+/) ?? defaultEvents;
  return { url: resolve(url), method: methodOf(attributes[`${name}Method`]), events };
}

/** Has the person hear sound; resolves when it has been heard. @param sound µ-law @throws the signal's reason */
export function playTo(call: LiveCall, sound: Uint8Array, signal: AbortSignal): Promise<void> {
  let at = 0;
  return settled<void>((resolve) => {
    const source = () => {
      if (at >= sound.length) {
        resolve();
        return undefined;
      }
      const frame = new Uint8Array(160).fill(0xff);
      frame.set(sound.subarray(at, at + 160));
      at += 160;
      return frame;
    };
    call.source = source;
    return () => {
      if (call.source === source) call.source = undefined;
    };
  }, signal);
}
