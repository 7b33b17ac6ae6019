import { readNumber } from '../../numbers/number-words.ts';
import { clockDuration } from '../iso-duration.ts';
import { isWord, matchAny, type Word } from '../reading.ts';

/** `ba đêm`, `hai tiếng rưỡi`, `nửa tiếng`, `45 phút`, `trong 2 giờ đồng hồ`. */
export function readDuration(words: readonly Word[], at: number) {
  const half = matchAny(words, at, ['nửa tiếng', 'nửa giờ']);
  if (half !== undefined) return { iso: 'PT30M', next: half };
  const halfDay = matchAny(words, at, ['nửa ngày']);
  if (halfDay !== undefined) return { iso: 'PT12H', next: halfDay };
  const count = readNumber(words, at, 'vi');
  if (count === undefined || count.ordinal || count.value < 1 || count.value > 3660) return undefined;
  const unit = words[at + count.length];
  const next = at + count.length + 1;
  const isFollowed = ['nữa', 'trước', 'sau', 'tới'].some((word) => isWord(words[next], word));
  if (isFollowed) return undefined;
  const rest = matchAny(words, next, ['rưỡi', 'rưởi']);
  const value = count.value + (rest === undefined ? 0 : 0.5);
  const end = rest ?? next;
  if (isWord(unit, 'tiếng') || (isWord(unit, 'giờ') && isWord(words[next], 'đồng'))) {
    const afterUnit = isWord(words[end], 'đồng') ? end + 2 : end;
    const minutes = rest === undefined ? readNumber(words, afterUnit, 'vi') : undefined;
    const hasMinutes = minutes !== undefined && isWord(words[afterUnit + minutes.length], 'phút');
    return {
      iso: clockDuration(Math.round(value * 60) + (hasMinutes ? minutes.value : 0)),
      next: hasMinutes ? afterUnit + minutes.length + 1 : afterUnit,
    };
  }
  if (isWord(unit, 'phút')) return { iso: clockDuration(value), next: end };
  if (isWord(unit, 'đêm') || isWord(unit, 'ngày')) {
    return isReadAsDate(words, at)
      ? undefined
      : { iso: Number.isInteger(value) ? `P${value}D` : `PT${value * 24}H`, next: end };
  }
  if (isWord(unit, 'tuần'))
    return { iso: Number.isInteger(value) ? `P${value}W` : `P${Math.round(value * 7)}D`, next: end };
  if (isWord(unit, 'tháng') && !isWord(words[at - 1], 'ngày') && readNumber(words, next, 'vi') === undefined) {
    return { iso: Number.isInteger(value) ? `P${value}M` : `P${Math.floor(value)}M15D`, next: end };
  }
  return undefined;
}

/** "Mùng 5 ngày" does not occur; "ngày 5 ngày 6" reads day by day. */
function isReadAsDate(words: readonly Word[], at: number): boolean {
  return ['ngày', 'mùng', 'mồng'].some((word) => isWord(words[at - 1], word));
}
