import { LegError } from '@parley/channels/phone/phone-leg.ts';
import { createTalk } from '@parley/channels/phone/talk.ts';
import { createLegDouble, type LegDouble } from '@parley/channels/phone/testing/leg-double.ts';
import type { AnswerRequest, WebRtcChannel } from '@parley/channels/webrtc/webrtc-channel.ts';
import { WireError } from '@parley/contract/errors.ts';
import { agentDefinitionSchema } from '@parley/contract/flow/agent-definition.ts';
import { createFlowAgent } from '@parley/dialogue/flow/runner/flow-agent.ts';
import type { Conversation } from '@parley/engine/ports/conversation.ts';
import { createScriptedCall, type ScriptedCall } from '@parley/engine/simulation/scripted-call.ts';
import { createScriptedSynthesizer } from '@parley/engine/simulation/scripted-parts.ts';
import type { DialedLeg, Dialer, DialRequest, TriedTransfer } from '../../phone-desk.ts';
import { createBrowserCallers } from '../browser-callers.ts';
import { type Caller, createHandOff } from '../hand-off.ts';
import { createInbox, type Inbox } from '../inbox.ts';
import { createLateHandOff } from '../late-hand-off.ts';
import type { TransferSettings } from '../transfer-settings.ts';

/** A telephone that is rung: nothing comes of it until the test says so. */
export interface RungTelephone {
  readonly request: DialRequest;
  readonly isCancelled: boolean;
  /** Somebody, or something, picks up. */
  pickUp(answeredBy?: DialedLeg['answeredBy']): LegDouble;
  fail(code: LegError['code']): void;
}

/**
 * A caller on the telephone with a flow that wants to put them through, over the real machine in virtual time; the person's telephone is
 * the test's.
 */
export interface TransferScene {
  readonly call: ScriptedCall;
  readonly leg: LegDouble;
  readonly rung: readonly RungTelephone[];
  readonly tried: readonly TriedTransfer[];
  readonly endedAs: readonly string[];
  readonly inbox: Inbox;
  /** Sentences that the agent's voice was asked for, by whoever heard them. */
  readonly spoken: readonly string[];
  readonly errors: readonly unknown[];
  /** For `caller: 'browser'`: the conversation as the caller's channel sees it. */
  readonly browser: Conversation;
  /** Browsers of people at the console that were offered so far. */
  readonly offered: readonly AnswerRequest[];
  wait(ms: number): Promise<void>;
}

export const organizationId = '00000000-0000-4000-8000-000000000001';

const defaults: TransferSettings = {
  mode: 'warm',
  accept: 'key',
  ringMs: 25_000,
  inboxMs: 30_000,
  musicPath: undefined,
};

const stepMs = 100;

/** Music that nothing else sounds like. */
export const musicSample = 1234;

export function createTransferScene(
  node: Record<string, unknown>,
  options: {
    readonly settings?: Partial<TransferSettings>;
    readonly canReach?: boolean;
    readonly language?: string;
    readonly caller?: 'telephone' | 'browser';
    readonly webrtc?: Pick<WebRtcChannel, 'answer'>;
    readonly mayCall?: boolean;
    /** Somebody of the organization has the console open. */
    readonly isWatched?: boolean;
    readonly voiceFails?: boolean;
  } = {},
): TransferScene {
  const { language = 'en-US', canReach = true, voiceFails = false } = options;
  const rung: RungTelephone[] = [];
  const tried: TriedTransfer[] = [];
  const endedAs: string[] = [];
  const errors: unknown[] = [];
  const late = createLateHandOff();
  const definition = agentDefinitionSchema.parse({
    ...{ format: 1, id: 'desk', name: 'Desk', languages: [language] },
    flows: {
      main: {
        nodes: {
          start: { type: 'start', next: 'transfer' },
          transfer: { type: 'transfer', failed: 'sorry', ...node },
          sorry: { type: 'say', text: 'Nobody came.', next: 'bye' },
          bye: { type: 'end', text: 'Bye.' },
        },
      },
    },
  });
  const agent = createFlowAgent(definition, { tools: [], classifiers: new Map(), handOff: late.handOff });
  const call = createScriptedCall({
    agent,
    openedBy: 'voice',
    id: 'conversation-1',
    onError: (error) => errors.push(error),
  });
  const { clock, conversation } = call;
  const voice = createScriptedSynthesizer(clock, { delayMs: 50, failOn: () => voiceFails });
  const leg = createLegDouble();
  const music = new Int16Array(16_000).fill(musicSample);
  const offered: AnswerRequest[] = [];
  const browsers = createBrowserCallers(clock, music);
  const browser = browsers.reachable(conversation, { organizationId, language });
  const telephone: Caller | undefined =
    options.caller === 'browser'
      ? undefined
      : {
          ...{ conversationId: conversation.id, organizationId, language, isAtBrowser: false },
          ...{ ownNumber: '+35315550100', callerNumber: '+353861234567' },
          talk: createTalk(leg, conversation, { clock, music }),
        };
  const dialer: Dialer = {
    kind: 'sip',
    canReach: () => canReach,
    dial: (request, signal) => {
      const answered = Promise.withResolvers<DialedLeg>();
      let isCancelled = false;
      signal.addEventListener('abort', () => {
        isCancelled = true;
        answered.reject(signal.reason);
      });
      rung.push({
        request,
        get isCancelled() {
          return isCancelled;
        },
        pickUp(answeredBy = 'person') {
          const person = createLegDouble({ callId: 'person', direction: 'outbound' });
          answered.resolve({ leg: person, answeredBy });
          return person;
        },
        fail: (code) => answered.reject(new LegError(code, code)),
      });
      return answered.promise;
    },
  };
  // What a frame brings about (the end of a sentence) is a promise, and frames alone do not let those go on.
  const wait = async (ms: number) => {
    for (let passed = 0; passed < ms; passed += stepMs) await clock.advance(Math.min(stepMs, ms - passed));
    if (ms === 0) await clock.advance(0);
  };
  const inbox = createInbox(
    options.webrtc ?? {
      answer: async (request) => {
        offered.push(request);
        return 'v=0';
      },
    },
    clock,
  );
  if (options.isWatched ?? true) inbox.look(organizationId);
  late.connect(
    createHandOff({
      callerOf: (id) => {
        if (telephone === undefined) return browsers.callerOf(id);
        return id === conversation.id && leg.endedAs === undefined ? telephone : undefined;
      },
      transferTried: async (_, transfer) => {
        tried.push(transfer);
      },
      ways: { canReach: dialer.canReach, to: async () => (canReach ? [dialer] : []) },
      conversationOf: () => ({
        agentName: 'Desk',
        voice: { synthesizer: voice, voice: undefined },
        endsAs: (reason) => endedAs.push(reason),
      }),
      checkTarget: async () => {
        if (options.mayCall === false) throw new WireError('number_not_allowed');
      },
      ...{ inbox, clock, settings: { ...defaults, ...options.settings } },
      onError: (error) => errors.push(error),
    }),
  );
  return { call, leg, rung, tried, endedAs, inbox, spoken: voice.requests, errors, browser, offered, wait };
}
