import type { EmotionalTone } from '@parley/engine/ports/synthesizer.ts';
import { parseSsml, type SsmlNode } from '../ssml/parse-ssml.ts';
import { escapeSsml, textOf } from '../ssml/ssml-text.ts';
import { voiceStyles } from './azure-voices.ts';

/** Voices without styles are told apart by their pace alone: as much as is heard and does not tire. */
const paces: Readonly<Record<EmotionalTone, string | undefined>> = {
  warm: '-6%',
  neutral: undefined,
  energetic: '+8%',
};

/** A sentence as the service takes it. A fragment that is no SSML is left aside for the text. */
export function azureSsml({
  text,
  fragment,
  locale,
  voice,
  tone,
}: {
  readonly text: string;
  readonly fragment: string | undefined;
  /** Of the words, such as `vi-VN`. */
  readonly locale: string;
  readonly voice: string;
  readonly tone: EmotionalTone;
}): string {
  const nodes = fragment === undefined ? undefined : parseSsml(fragment);
  const words = nodes === undefined ? escapeSsml(text) : render(nodes);
  return (
    '<speak version="1.0" xmlns="http://www.w3.org/2001/10/synthesis" xmlns:mstts="http://www.w3.org/2001/mstts"' +
    ` xml:lang="${escapeSsml(locale)}"><voice name="${escapeSsml(voice)}">${inTone(words, voice, tone)}</voice></speak>`
  );
}

function inTone(words: string, voice: string, tone: EmotionalTone): string {
  if (tone === 'neutral') return words;
  const styles = Object.hasOwn(voiceStyles, voice) ? voiceStyles[voice] : undefined;
  const style = styles?.[tone];
  if (style !== undefined) return `<mstts:express-as style="${style}">${words}</mstts:express-as>`;
  const pace = paces[tone];
  return pace === undefined ? words : `<prosody rate="${pace}">${words}</prosody>`;
}

/** What is understood of SSML, in the service's own: an element that it does not know would have the whole sentence refused. */
function render(nodes: readonly SsmlNode[]): string {
  return nodes.map(renderNode).join('');
}

function renderNode(node: SsmlNode): string {
  switch (node.kind) {
    case 'text':
      return escapeSsml(node.text);
    case 'break':
      return `<break time="${Math.round(Math.min(node.durationMs, maxBreakMs))}ms"/>`;
    case 'sub':
      return `<sub alias="${escapeSsml(node.alias)}">${escapeSsml(textOf(node.children))}</sub>`;
    case 'say-as': {
      const format = node.format === undefined ? '' : ` format="${escapeSsml(node.format)}"`;
      return `<say-as interpret-as="${escapeSsml(node.interpretAs)}"${format}>${escapeSsml(textOf(node.children))}</say-as>`;
    }
    case 'emphasis':
      return `<emphasis level="${node.level}">${render(node.children)}</emphasis>`;
    case 'prosody':
      return renderProsody(node);
    case 'p':
    case 's':
      return `<${node.kind}>${render(node.children)}</${node.kind}>`;
    // Many of its voices know no phonemes, and one that they do not know has the sentence refused: the written word is always right.
    case 'phoneme':
    case 'other':
      return render(node.children);
  }
}

/** The longest that the service keeps. */
const maxBreakMs = 20_000;

function renderProsody(node: Extract<SsmlNode, { kind: 'prosody' }>): string {
  const attributes: string[] = [];
  if (node.rate !== 1) attributes.push(`rate="${signed(Math.round((node.rate - 1) * 100))}%"`);
  if (node.pitchSemitones !== 0) attributes.push(`pitch="${signed(node.pitchSemitones)}st"`);
  if (node.volumeDb === Number.NEGATIVE_INFINITY) attributes.push('volume="silent"');
  // It takes loudness in parts of the voice's own.
  else if (node.volumeDb !== 0)
    attributes.push(`volume="${signed(Math.round((10 ** (node.volumeDb / 20) - 1) * 100))}%"`);
  const inner = render(node.children);
  return attributes.length === 0 ? inner : `<prosody ${attributes.join(' ')}>${inner}</prosody>`;
}

function signed(value: number): string {
  return value < 0 ? String(value) : `+${value}`;
}
