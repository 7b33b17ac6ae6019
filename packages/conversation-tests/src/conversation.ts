import type { z } from 'zod';
import type { TestWay } from './line.ts';
import { ConversationFileError, parseStep } from './parse-conversations.ts';
import { reportConversation } from './report.ts';
import { type ConversationResult, runConversation } from './run-conversation.ts';
import { headSchema, type stepSchemas } from './schema.ts';
import type { Conversation, PlacedStep } from './step.ts';

/** A step's value as it is written in a file. */
type Written<Name extends keyof typeof stepSchemas> =
  z.input<(typeof stepSchemas)[Name]> extends Readonly<Record<Name, infer Value>> ? Value : never;

type Head = Omit<z.input<typeof headSchema>, 'steps' | 'with' | '$schema'>;

/** A conversation went otherwise than it should; the message is the whole report, `result` what happened. */
export class ConversationFailedError extends Error {
  override readonly name = 'ConversationFailedError';
  readonly result: ConversationResult;

  constructor(result: ConversationResult) {
    super(reportConversation(result));
    this.result = result;
  }
}

/** A conversation under construction; each call adds a step of the same name and form as in a file, and returns it. */
export interface ConversationBuilder {
  say(words: Written<'say'>): ConversationBuilder;
  pause(duration: Written<'pause'>): ConversationBuilder;
  interrupt(how: Written<'interrupt'>): ConversationBuilder;
  wav(file: Written<'wav'>): ConversationBuilder;
  type(text: Written<'type'>): ConversationBuilder;
  press(keys: Written<'press'>): ConversationBuilder;
  noise(how?: Written<'noise'>): ConversationBuilder;
  mumble(how?: Written<'mumble'>): ConversationBuilder;
  backchannel(how?: Written<'backchannel'>): ConversationBuilder;
  loseNetwork(): ConversationBuilder;
  reconnect(): ConversationBuilder;
  hangUp(): ConversationBuilder;
  expect(what: Written<'expect'>): ConversationBuilder;
  /** From here to the end. */
  never(what: Written<'never'>): ConversationBuilder;
  build(): Conversation;
  /**
   * Holds it. Resolves to what happened.
   * @throws ConversationFailedError so that the test around it fails with the whole report
   */
  run(way: TestWay, signal?: AbortSignal): Promise<ConversationResult>;
}

/**
 * Begins a conversation test in TypeScript, for any test runner:
 * `await conversation().say('book a haircut').expect({ slot: { service: 'haircut' } }).run(way)`.
 * @throws ConversationFileError at the call whose step is not as it should be
 */
export function conversation(head: Head = {}): ConversationBuilder {
  const steps: PlacedStep[] = [];
  const add = (name: keyof typeof stepSchemas, value: unknown): ConversationBuilder => {
    const written = { [name]: value };
    const fail = (path: readonly PropertyKey[], message: string) =>
      new ConversationFileError(
        `Step ${steps.length + 1}, \`${[...path].map(String).join('.') || name}\`, ${message}.`,
      );
    const step = parseStep(written, [], fail);
    steps.push({ step, line: undefined, source: value === null ? name : `${name}: ${JSON.stringify(value)}` });
    return builder;
  };
  const builder: ConversationBuilder = {
    say: (words) => add('say', words),
    pause: (duration) => add('pause', duration),
    interrupt: (how) => add('interrupt', how),
    wav: (file) => add('wav', file),
    type: (text) => add('type', text),
    press: (keys) => add('press', keys),
    noise: (how = null) => add('noise', how),
    mumble: (how = null) => add('mumble', how),
    backchannel: (how = 'uh-huh') => add('backchannel', how),
    loseNetwork: () => add('lose_network', null),
    reconnect: () => add('reconnect', null),
    hangUp: () => add('hang_up', null),
    expect: (what) => add('expect', what),
    never: (what) => add('never', what),
    build() {
      // The head is checked as in a file; the steps have been.
      const { name, agent, over, now, time_zone, voice, noise_db, never } = headSchema.parse({ ...head, steps });
      return {
        name: name ?? 'conversation',
        file: undefined,
        agent,
        over: over ?? ['virtual', 'chat', 'audio'],
        nowEpochMs: now === undefined ? undefined : Date.parse(now),
        timeZone: time_zone,
        voice,
        noiseDbfs: noise_db,
        never: never ?? [],
        steps: [...steps],
      };
    },
    async run(way, signal) {
      const result = await runConversation(builder.build(), way, signal);
      if (result.outcome === 'failed') throw new ConversationFailedError(result);
      return result;
    },
  };
  return builder;
}
