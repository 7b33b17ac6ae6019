/** The conversation with one mistake in it, of the kind that is made while changing it. */
export interface Mutant {
  readonly name: string;
  /** In `packages/engine/src`. */
  readonly file: string;
  /** Found once in the file. */
  readonly find: string;
  readonly replace: string;
}

export const mutants: readonly Mutant[] = [
  {
    name: 'say a sentence again from its beginning when another voice takes over',
    file: 'fallback/fallback-synthesizer.ts',
    find: 'text: rest,',
    replace: 'text: request.text,',
  },
  {
    name: 'forget what was said before another recogniser took over',
    file: 'fallback/fallback-ear.ts',
    find: 'stream.utteranceStarted(frames.slice(0, preRollFrames));',
    replace: 'stream.utteranceStarted([]);',
  },
  {
    name: 'forget a clear',
    file: 'turn/replies.ts',
    find: "if (reply.delivery === 'voice') emit(draft, { type: 'clear', replyId: reply.id });",
    replace: '',
  },
  {
    name: 'forget to abandon',
    file: 'turn/replies.ts',
    find: "emit(draft, { type: 'abandon', replyId: reply.id });\n  update(",
    replace: 'update(',
  },
  {
    name: 'forget a pause',
    file: 'turn/interruption.ts',
    find: "if (reply.playing !== undefined && reply.floor.kind === 'free') emit(draft, { type: 'pause', replyId: reply.id });",
    replace: '',
  },
  {
    name: 'go on speaking to a caller who holds the line',
    file: 'turn/interruption.ts',
    find: 'keys !== undefined || isLineHeld(draft.state)) return;',
    replace: 'keys !== undefined) return;',
  },
  {
    name: 'forget a resume',
    file: 'turn/interruption.ts',
    find: "if (reply.playing !== undefined) emit(draft, { type: 'resume', replyId: reply.id });",
    replace: '',
  },
  {
    name: 'record the whole text as heard',
    file: 'turn/replies.ts',
    find: 'const heard = heardText(reply, playoutDelayMs(state), state);',
    replace: 'const heard = replyText(reply);',
  },
  {
    name: 'wait for ever for a transcript',
    file: 'turn/endpointing.ts',
    find: 'return caller.speechEndedAtMs + options.endpointing.transcriptTimeoutMs;',
    replace: 'return undefined;',
  },
  {
    name: 'give an answer that was thought ahead for other words',
    file: 'turn/thinking-ahead.ts',
    find: 'return sameMeaning(thought.text, turn.text) ? thought : undefined;',
    replace: 'return thought;',
  },
  {
    name: 'answer a typed message again and again',
    file: 'turn/replies.ts',
    find: 'update(draft, { typed: rest });\n  commitTurn(',
    replace: 'commitTurn(',
  },
  {
    name: 'keep the ears open after the end',
    file: 'driver/live-conversation.ts',
    find: 'this.#listening?.close();',
    replace: '',
  },
  {
    name: 'act before the turn is certain',
    file: 'driver/reply-work.ts',
    find: 'await commitment.promise;',
    replace: '',
  },
  {
    name: 'send each frame twice',
    file: 'driver/playout.ts',
    find: 'to.write(frame);\n      return sent(',
    replace: 'to.write(frame);\n      to.write(frame);\n      return sent(',
  },
  {
    name: 'let sound on that was given ahead of a pause',
    file: 'driver/playout.ts',
    find: 'outlet?.clear();\n    // The next',
    replace: '// The next',
  },
  {
    name: 'lose what a pause took back',
    file: 'driver/playout.ts',
    find: 'putBack(last.audio, last.frame.subarray(0, last.samples));',
    replace: '',
  },
  {
    name: 'count as heard what was only given',
    file: 'driver/playout.ts',
    find: 'next !== undefined && next.dueMs <= untilMs;',
    replace: 'next !== undefined;',
  },
  {
    name: 'give more than the channel keeps',
    file: 'driver/playout.ts',
    find: 'dueMs + FRAME_MS > nowMs + aheadMs',
    replace: 'dueMs > nowMs + 2 * aheadMs',
  },
  {
    name: 'forget what was heard in the history',
    file: 'turn/replies.ts',
    find: "if (heard !== '') addHistory(draft, 'agent', heard);",
    replace: '',
  },
  {
    name: 'wait for ever for a voice',
    file: 'turn/trouble.ts',
    find: "if (synthesis.kind !== 'requested' || played) continue;",
    replace: 'continue;',
  },
  {
    name: 'let everything be interrupted',
    file: 'turn/interruption.ts',
    find: '(playing !== undefined && sentences[playing]?.interruptible === false);',
    replace: 'false;',
  },
  {
    name: 'do not look where the sound stands when a key is pressed',
    file: 'driver/live-conversation.ts',
    find: "  'digitPressed',\n",
    replace: '',
  },
  {
    name: 'take a message that is sent again for another one',
    file: 'driver/live-conversation.ts',
    find: 'if (waits || reply?.caller?.messageId === messageId || this.#messagesBeingStored.has(messageId)) return;',
    replace: '',
  },
  {
    name: 'listen to a recogniser that was given up',
    file: 'driver/listening.ts',
    find: 'streamScope.abort();\n  };',
    replace: '};',
  },
];
