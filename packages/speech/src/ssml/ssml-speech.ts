import type { SpokenPiece } from '@parley/engine/text/spoken-form/rule.ts';
import { spokenForm, spokenText } from '@parley/engine/text/spoken-form/spoken-form.ts';
import type { SsmlNode } from './parse-ssml.ts';
import { escapeSsml, textOf } from './ssml-text.ts';

/** A stretch of speech at one pace, and the silence behind it. */
export interface SpeechSegment {
  readonly pieces: readonly SpokenPiece[];
  /** A factor of the voice's own pace. */
  readonly rate: number;
  readonly pauseAfterMs: number;
}

/**
 * SSML for a voice that cannot read it: breaks as silence, changes of pace as stretches of their own, `sub` and `say-as` in
 * words. Emphasis, pitch, loudness and phonemes are left out: what is said stays the same.
 *
 * @param speakable how the voice is given plain text
 */
export function ssmlToSegments(
  nodes: readonly SsmlNode[],
  language: string,
  speakable: (text: string) => readonly SpokenPiece[],
): readonly SpeechSegment[] {
  const segments: { pieces: SpokenPiece[]; rate: number; pauseAfterMs: number }[] = [];
  const current = (rate: number) => {
    const last = segments.at(-1);
    if (last !== undefined && last.rate === rate && last.pauseAfterMs === 0) return last;
    const created = { pieces: [], rate, pauseAfterMs: 0 };
    segments.push(created);
    return created;
  };
  const pause = (durationMs: number, rate: number) => {
    current(rate).pauseAfterMs += durationMs;
  };
  const visit = (children: readonly SsmlNode[], rate: number) => {
    for (const node of children) {
      switch (node.kind) {
        case 'text':
          if (node.text.trim() !== '') current(rate).pieces.push(...speakable(node.text));
          break;
        case 'break':
          pause(node.durationMs, rate);
          break;
        case 'sub':
        case 'say-as': {
          const source = textOf(node.children);
          const said = node.kind === 'sub' ? node.alias : sayAs(source, node.interpretAs, language);
          const spoken = speakable(said).map((piece) => piece.spoken);
          current(rate).pieces.push({ source, spoken: spoken.filter((words) => words !== '').join(' ') });
          break;
        }
        case 'prosody':
          visit(node.children, Math.min(2, Math.max(0.5, rate * node.rate)));
          break;
        case 'p':
        case 's':
          visit(node.children, rate);
          pause(node.kind === 'p' ? paragraphPauseMs : sentencePauseMs, rate);
          break;
        default:
          visit(node.children, rate);
      }
    }
  };
  visit(nodes, 1);
  // No silence behind the end: whoever waits for an answer need not.
  const last = segments.at(-1);
  if (last !== undefined && last.pieces.length > 0) last.pauseAfterMs = 0;
  return segments;
}

const paragraphPauseMs = 500;
const sentencePauseMs = 250;

/**
 * SSML for a voice that reads it in full, such as espeak's: cleaned to what is understood, numbers in words, within `speak`.
 *
 * @param language BCP 47
 */
export function ssmlToSsml(nodes: readonly SsmlNode[], language: string): string {
  return `<speak>${render(nodes, language)}</speak>`;
}

function render(nodes: readonly SsmlNode[], language: string): string {
  return nodes.map((node) => renderNode(node, language)).join('');
}

function renderNode(node: SsmlNode, language: string): string {
  switch (node.kind) {
    case 'text':
      return escapeSsml(withEdges(node.text, spokenText(node.text, language)));
    case 'break':
      return `<break time="${Math.round(node.durationMs)}ms"/>`;
    case 'sub':
      return escapeSsml(spokenText(node.alias, language));
    case 'say-as':
      return escapeSsml(sayAs(textOf(node.children), node.interpretAs, language));
    case 'emphasis':
      return `<emphasis level="${node.level}">${render(node.children, language)}</emphasis>`;
    case 'prosody':
      return renderProsody(node, language);
    case 'p':
    case 's':
      return `<${node.kind}>${render(node.children, language)}</${node.kind}>`;
    // Alphabets of phonemes differ from voice to voice: the written word is always right.
    case 'phoneme':
    case 'other':
      return render(node.children, language);
  }
}

function renderProsody(node: Extract<SsmlNode, { kind: 'prosody' }>, language: string): string {
  const attributes: string[] = [];
  if (node.rate !== 1) attributes.push(`rate="${Math.round(node.rate * 100)}%"`);
  if (node.pitchSemitones !== 0) attributes.push(`pitch="${percent(2 ** (node.pitchSemitones / 12))}"`);
  if (node.volumeDb === Number.NEGATIVE_INFINITY) attributes.push('volume="silent"');
  else if (node.volumeDb !== 0) attributes.push(`volume="${signed(node.volumeDb)}dB"`);
  const inner = render(node.children, language);
  return attributes.length === 0 ? inner : `<prosody ${attributes.join(' ')}>${inner}</prosody>`;
}

/** What `say-as` asks for, in words. */
function sayAs(text: string, interpretAs: string, language: string): string {
  const plain = text.trim();
  const isEnglish = /^en\b/i.test(language);
  switch (interpretAs) {
    case 'characters':
    case 'spell-out':
    case 'verbatim':
      return spokenText([...plain].filter((sign) => sign.trim() !== '').join(' '), language);
    case 'digits':
      return spokenText([...plain.replace(/[^\p{L}\p{N}]/gu, '')].join(' '), language);
    case 'telephone':
      return spokenText(
        plain.replace(/\d{3,}/g, (group) => [...group].join(' ')),
        language,
      );
    case 'ordinal':
      return spokenText(
        isEnglish && /^\d+$/.test(plain) ? `${plain}th` : /^vi\b/i.test(language) ? `thứ ${plain}` : plain,
        language,
      );
    case 'cardinal':
    case 'number':
      return spokenText(/^\d{4,}$/.test(plain) && isEnglish ? Number(plain).toLocaleString('en-US') : plain, language);
    case 'expletive':
    case 'bleep':
      return '';
    default:
      // Dates, times, money, units: as they are written they are known.
      return spokenForm(plain, language)
        .map(({ spoken }) => spoken)
        .filter((words) => words !== '')
        .join(' ');
  }
}

function withEdges(text: string, spoken: string): string {
  return `${/^\s/.test(text) ? ' ' : ''}${spoken}${/\s$/.test(text) ? ' ' : ''}`;
}

function percent(factor: number): string {
  return `${signed(Math.round((factor - 1) * 100))}%`;
}

function signed(value: number): string {
  return value < 0 ? String(value) : `+${value}`;
}
