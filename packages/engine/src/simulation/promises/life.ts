import type { CallLog } from '../call-log.ts';

export function endsOnce(log: CallLog): string | undefined {
  if (log.closed.length > 1) return `it was closed ${log.closed.length} times`;
  if (log.ends.length > 1) return 'its end was stored more than once';
  const endedAt = log.notices.findIndex(({ notice }) => notice.type === 'ended');
  if (endedAt === -1) return undefined;
  // Turns that are written meanwhile are still acknowledged, and so are messages that are sent again.
  const late = log.notices.slice(endedAt + 1).find(({ notice, atMs }) => {
    if (notice.type === 'recorded' || notice.type === 'trouble') return false;
    return notice.type !== 'said' || !log.typed.some((typed) => typed.atMs === atMs);
  });
  return late && `"${late.notice.type}" was told at ${late.atMs} ms, after "ended"`;
}

export function isNeverStuck(log: CallLog): string | undefined {
  return log.stuckAtMs === undefined ? undefined : `${log.states.at(-1)?.state} since ${log.stuckAtMs} ms`;
}

export function nothingOutlives(log: CallLog): string | undefined {
  if (log.closed.length === 0) return undefined;
  const { timers } = log.leftover ?? { timers: 0 };
  if (timers > 0) return `${timers} timers are still armed`;
  const thought = log.thoughts.find(({ signal, endedAtMs }) => !signal.aborted && endedAtMs === undefined);
  if (thought !== undefined) return `the thought of ${thought.atMs} ms was not told to stop`;
  const request = log.requests.find(({ signal, endedAtMs }) => !signal.aborted && endedAtMs === undefined);
  if (request !== undefined) return `the voice of ${request.atMs} ms was not told to stop`;
  const stream = log.streams.find(({ signal }) => !signal.aborted);
  if (stream !== undefined) return `the ${stream.kind}'s stream of ${stream.openedAtMs} ms was not told to stop`;
  const channel = log.channels.find(({ closes }) => closes.length !== 1);
  return channel && `the channel of ${channel.attachedAtMs} ms was closed ${channel.closes.length} times`;
}

export function noFaultOfItsOwn(log: CallLog): string | undefined {
  const own = log.errors.find(({ error }) => !foreseen.some((sentence) => String(error).includes(sentence)));
  return own && `${own.context} at ${own.atMs} ms: ${own.error instanceof Error ? own.error.stack : String(own.error)}`;
}

/** How the driver reports that a part failed, or gave nothing for too long. */
const foreseen = ['The script says', 'The agent stopped without finishing', 'did not answer within'];
