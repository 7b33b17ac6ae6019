import { checkAnswer, checkNever, type Mismatch } from './check.ts';
import type { Move, TestLine, TestWay, TimelineEvent } from './line.ts';
import type { Conversation, Expectation, Never, Over, PlacedStep } from './step.ts';

export interface ConversationFailure {
  /** 0-based; undefined for what is true of no step, such as a server that is not there. */
  readonly stepIndex: number | undefined;
  readonly step: PlacedStep | undefined;
  /** One sentence. */
  readonly message: string;
  /** For an expectation that was not met. */
  readonly mismatch: Mismatch | undefined;
  /** What was thrown, if something was. */
  readonly cause: unknown;
}

export interface StepHooks {
  /** Gets what this way of talking does not have. */
  readonly leftOut?: string[];
  /** Whether the agent's answer asks for the caller's words again; then the step is done again, at most twice. Never, if left out. */
  readonly asksAgain?: (answer: string) => boolean;
  /** A step is done and all is as it should be. */
  readonly onPassed?: (step: PlacedStep) => void;
}

export interface ConversationResult {
  readonly conversation: Conversation;
  readonly over: Over;
  readonly outcome: 'passed' | 'failed' | 'skipped';
  readonly failure: ConversationFailure | undefined;
  /** What happened, oldest first. */
  readonly events: readonly TimelineEvent[];
  /** What was left out because this way of talking does not have it. */
  readonly leftOut: readonly string[];
  /** On the conversation's own clock. */
  readonly durationMs: number;
}

/** How long the end of a conversation may take after the last reply: a farewell is spoken first. */
const endTimeoutMs = 30_000;
const lookEveryMs = 40;
/** Who was not understood three times says something else. */
const maxRepeats = 2;

/**
 * Holds one conversation and checks it. Never throws for what goes wrong in it: that is the result's `failure`.
 */
export async function runConversation(
  conversation: Conversation,
  way: TestWay,
  signal: AbortSignal = new AbortController().signal,
): Promise<ConversationResult> {
  const { over } = way;
  if (!conversation.over.includes(over)) {
    return { conversation, over, outcome: 'skipped', failure: undefined, events: [], leftOut: [], durationMs: 0 };
  }
  let line: TestLine | undefined;
  let failure: ConversationFailure | undefined;
  const leftOut: string[] = [];
  try {
    line = await way.open(conversation, signal);
    failure = await runSteps(conversation, line, way, { leftOut });
  } catch (error) {
    failure = { stepIndex: undefined, step: undefined, message: messageOf(error), mismatch: undefined, cause: error };
  } finally {
    await line?.close();
  }
  const events = line?.events ?? [];
  const outcome = failure === undefined ? 'passed' : 'failed';
  return { conversation, over, outcome, failure, events, leftOut, durationMs: events.at(-1)?.atMs ?? 0 };
}

/** Carries the steps out on an open line; the first failure ends it. */
export async function runSteps(
  conversation: Pick<Conversation, 'steps' | 'never'>,
  line: TestLine,
  way: Pick<TestWay, 'withinToleranceMs' | 'graceMs'>,
  { leftOut = [], onPassed, asksAgain }: StepHooks = {},
): Promise<ConversationFailure | undefined> {
  const { steps } = conversation;
  const nevers: { never: readonly Never[]; from: number }[] = [{ never: conversation.never, from: 0 }];
  /** Where the answer begins, among the events; the agent's greeting is the first. */
  let from = 0;
  let needsReply = true;
  let isGone = false;

  /** The answer was waited for already, to know whether it asks again. */
  let isSettled = false;
  const settle = async () => {
    if (isGone || isSettled) return;
    await line.agentFinished(needsReply);
    needsReply = false;
  };
  const answer = () => ({
    events: line.events.slice(from),
    replyDelayMs: line.replyDelayMs(),
    withinToleranceMs: way.withinToleranceMs,
    isVoice: line.over !== 'chat',
  });
  const expect = async (expectation: Expectation) => {
    await settle();
    let mismatch = checkAnswer(expectation, answer());
    const patienceMs = expectation.ended === undefined && expectation.state !== 'ended' ? way.graceMs : endTimeoutMs;
    for (let waited = 0; mismatch !== undefined && waited < patienceMs; waited += lookEveryMs) {
      // What was said too much or too late does not get better.
      if (mismatch.what === 'never' || (line.isOver() && waited > way.graceMs)) break;
      await line.wait(lookEveryMs);
      mismatch = checkAnswer(expectation, answer());
    }
    return mismatch;
  };
  const forbidden = () => {
    for (const { never, from: since } of nevers) {
      const mismatch = checkNever(never, line.events.slice(since));
      if (mismatch !== undefined) return mismatch;
    }
    return undefined;
  };

  const move = async (step: Move, stepIndex: number) => {
    const afterMs = 'interruptAfterMs' in step ? step.interruptAfterMs : undefined;
    if (line.over === 'chat' && step.type === 'sound') {
      leftOut.push(steps[stepIndex]?.source ?? step.type);
      return undefined;
    }
    if (afterMs !== undefined) await line.intoReply(afterMs);
    else await settle();
    if (line.isOver()) return `The conversation was over before this step${endingOf(line.events)}.`;
    from = line.events.length;
    isSettled = false;
    await line.act(step);
    needsReply = step.type === 'say' || step.type === 'wav' || step.type === 'text' || step.type === 'press';
    isGone = step.type === 'loseNetwork' || step.type === 'hangUp';
    return undefined;
  };

  const isAskedAgain = async () => {
    if (asksAgain === undefined || !needsReply) return false;
    await settle();
    isSettled = true;
    const said = line.events.slice(from).map((event) => (event.type === 'agent' ? event.text : ''));
    return asksAgain(said.join(' '));
  };

  const failAt = (stepIndex: number, message: string, mismatch?: Mismatch, cause?: unknown): ConversationFailure => ({
    stepIndex,
    step: steps[stepIndex],
    message,
    mismatch,
    cause,
  });

  for (const [stepIndex, placed] of steps.entries()) {
    const { step } = placed;
    try {
      if (step.type === 'expect') {
        const wrong = await expect(step.expectation);
        if (wrong !== undefined) {
          return failAt(stepIndex, `Expected ${wrong.what}: ${wrong.expected}, got ${wrong.got}.`, wrong);
        }
        if (step.expectation.heard !== undefined && line.over === 'chat') leftOut.push(`heard of ${placed.source}`);
      } else if (step.type === 'never') {
        nevers.push({ never: step.never, from: line.events.length });
      } else if (step.type === 'pause') {
        await settle();
        await line.wait(step.durationMs);
      } else {
        let message = await move(step, stepIndex);
        for (let again = 0; again < maxRepeats && message === undefined && (await isAskedAgain()); again += 1) {
          message = await move(step, stepIndex);
        }
        if (message !== undefined) return failAt(stepIndex, message);
      }
      if (stepIndex === steps.length - 1) await settle();
    } catch (error) {
      return failAt(stepIndex, messageOf(error), undefined, error);
    }
    const wrong = forbidden();
    if (wrong !== undefined) return failAt(stepIndex, `Expected that ${wrong.expected}, got ${wrong.got}.`, wrong);
    onPassed?.(placed);
  }
  return undefined;
}

function endingOf(events: readonly TimelineEvent[]): string {
  const end = events.find((event) => event.type === 'ended');
  return end === undefined ? '' : ` (${end.reason})`;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
