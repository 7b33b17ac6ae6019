/** What of SSML is understood; everything else in it is spoken as the text that it holds. */
export type SsmlNode =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'break'; readonly durationMs: number }
  /** Written as `children`, spoken as `alias`. */
  | { readonly kind: 'sub'; readonly alias: string; readonly children: readonly SsmlNode[] }
  | {
      readonly kind: 'say-as';
      /** `cardinal`, `ordinal`, `characters`, `digits`, `date`, `time`, `telephone` …; voices know more or fewer. */
      readonly interpretAs: string;
      readonly format: string | undefined;
      readonly children: readonly SsmlNode[];
    }
  | { readonly kind: 'emphasis'; readonly level: EmphasisLevel; readonly children: readonly SsmlNode[] }
  | {
      readonly kind: 'prosody';
      /** A factor of the voice's own pace, 0.5 to 2. */
      readonly rate: number;
      /** Semitones above the voice's own, -12 to 12. */
      readonly pitchSemitones: number;
      /** Decibels, -20 to 6; -Infinity is silent. */
      readonly volumeDb: number;
      readonly children: readonly SsmlNode[];
    }
  | {
      readonly kind: 'phoneme';
      readonly alphabet: string;
      readonly phonemes: string;
      readonly children: readonly SsmlNode[];
    }
  /** Paragraph and sentence. */
  | { readonly kind: 'p' | 's'; readonly children: readonly SsmlNode[] }
  /** An element that is not known. */
  | { readonly kind: 'other'; readonly children: readonly SsmlNode[] };

export type EmphasisLevel = 'strong' | 'moderate' | 'none' | 'reduced';

/** A fragment is a sentence or a few; what is longer is no SSML of ours. */
const maxCharacters = 10_000;
/** Real fragments nest three or four deep. */
const maxDepth = 16;
/** A pause of more is a mistake ("500s"); the caller would take the line for dead. */
const maxBreakMs = 10_000;

/**
 * Read an SSML fragment, with or without `speak` around it. A small strict reader of our own: elements, attributes in quotes
 * and the five entities and character numbers of XML; no comments, no processing instructions, no DOCTYPE, so nothing can be
 * expanded or fetched. Linear in the fragment.
 *
 * @returns undefined when it is malformed or beyond all bounds: it is then to be spoken as its text, `ssmlToText`
 */
export function parseSsml(fragment: string): readonly SsmlNode[] | undefined {
  if (fragment.length > maxCharacters) return undefined;
  const root: Open = { name: '', attributes: new Map(), children: [] };
  const open: Open[] = [root];
  let at = 0;
  while (at < fragment.length) {
    const current = open.at(-1) ?? root;
    if (fragment[at] !== '<') {
      const end = fragment.indexOf('<', at);
      const text = unescapeXml(fragment.slice(at, end === -1 ? fragment.length : end));
      if (text === undefined) return undefined;
      current.children.push({ kind: 'text', text });
      at = end === -1 ? fragment.length : end;
      continue;
    }
    const tag = match(tagPattern, fragment, at);
    if (tag === undefined) return undefined;
    at += tag[0].length;
    const [, slash, prefixed = '', attributeText = '', selfClosing] = tag;
    const name = prefixed.toLowerCase();
    if (slash === '/') {
      if (current.name !== name || open.length === 1 || attributeText.trim() !== '') return undefined;
      open.pop();
      (open.at(-1) ?? root).children.push(toNode(current));
      continue;
    }
    const attributes = parseAttributes(attributeText);
    if (attributes === undefined || open.length > maxDepth) return undefined;
    const element: Open = { name, attributes, children: [] };
    if (selfClosing === '/') current.children.push(toNode(element));
    else open.push(element);
  }
  return open.length === 1 ? root.children : undefined;
}

interface Open {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: SsmlNode[];
}

const tagPattern =
  /<(\/?)([A-Za-z][\w:.-]{0,40})((?:\s+[A-Za-z_][\w:.-]{0,40}\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>/y;
const attributePattern = /\s+([A-Za-z_][\w:.-]{0,40})\s*=\s*(?:"([^"<]*)"|'([^'<]*)')/y;

function parseAttributes(text: string): ReadonlyMap<string, string> | undefined {
  const attributes = new Map<string, string>();
  let at = 0;
  for (let found = match(attributePattern, text, at); found !== undefined; found = match(attributePattern, text, at)) {
    const [all, name = '', double, single] = found;
    const value = unescapeXml(double ?? single ?? '');
    if (value === undefined || attributes.has(name)) return undefined;
    attributes.set(name, value);
    at += all.length;
  }
  return attributes;
}

function toNode({ name, attributes, children }: Open): SsmlNode {
  switch (name) {
    case 'break':
      return { kind: 'break', durationMs: breakMs(attributes) };
    case 'sub':
      return { kind: 'sub', alias: attributes.get('alias') ?? '', children };
    case 'say-as':
      return {
        kind: 'say-as',
        interpretAs: (attributes.get('interpret-as') ?? '').toLowerCase(),
        format: attributes.get('format')?.toLowerCase(),
        children,
      };
    case 'emphasis': {
      const level = attributes.get('level');
      return { kind: 'emphasis', level: isLevel(level) ? level : 'moderate', children };
    }
    case 'prosody':
      return {
        kind: 'prosody',
        rate: rateOf(attributes.get('rate')),
        pitchSemitones: pitchOf(attributes.get('pitch')),
        volumeDb: volumeOf(attributes.get('volume')),
        children,
      };
    case 'phoneme':
      return {
        kind: 'phoneme',
        alphabet: attributes.get('alphabet') ?? 'ipa',
        phonemes: attributes.get('ph') ?? '',
        children,
      };
    case 'p':
    case 's':
      return { kind: name, children };
    default:
      return { kind: 'other', children };
  }
}

const strengths: Readonly<Record<string, number>> = {
  none: 0,
  'x-weak': 100,
  weak: 200,
  medium: 400,
  strong: 700,
  'x-strong': 1000,
};

function breakMs(attributes: ReadonlyMap<string, string>): number {
  const time = /^\+?(\d{1,6}(?:\.\d{1,3})?)(ms|s)$/.exec(attributes.get('time')?.trim() ?? '');
  if (time !== null) return Math.min(maxBreakMs, Number(time[1]) * (time[2] === 's' ? 1000 : 1));
  return strengths[attributes.get('strength') ?? 'medium'] ?? 400;
}

function isLevel(level: string | undefined): level is EmphasisLevel {
  return level === 'strong' || level === 'moderate' || level === 'none' || level === 'reduced';
}

const rates: Readonly<Record<string, number>> = {
  'x-slow': 0.5,
  slow: 0.75,
  medium: 1,
  fast: 1.25,
  'x-fast': 1.6,
  default: 1,
};

/** "80%" is a pace of 0.8, "+10%" and "-10%" are changes, "0.8" is a factor. */
function rateOf(rate: string | undefined): number {
  if (rate === undefined) return 1;
  const number = /^([+-])?(\d{1,4}(?:\.\d{1,3})?)(%)?$/.exec(rate.trim());
  if (number === null) return rates[rate.trim()] ?? 1;
  const value = Number(number[2]) / (number[3] === '%' ? 100 : 1);
  const factor = number[1] === '+' ? 1 + value : number[1] === '-' ? 1 - value : value;
  return Math.min(2, Math.max(0.5, factor));
}

const pitches: Readonly<Record<string, number>> = { 'x-low': -6, low: -3, medium: 0, high: 3, 'x-high': 6, default: 0 };

function pitchOf(pitch: string | undefined): number {
  if (pitch === undefined) return 0;
  const change = /^([+-]\d{1,3}(?:\.\d{1,3})?)(%|st)$/.exec(pitch.trim());
  if (change === null) return pitches[pitch.trim()] ?? 0;
  const value = Number(change[1]);
  const semitones = change[2] === 'st' ? value : 12 * Math.log2(Math.max(0.5, 1 + value / 100));
  return Math.min(12, Math.max(-12, semitones));
}

const volumes: Readonly<Record<string, number>> = {
  silent: Number.NEGATIVE_INFINITY,
  'x-soft': -12,
  soft: -6,
  medium: 0,
  loud: 4,
  'x-loud': 6,
  default: 0,
};

function volumeOf(volume: string | undefined): number {
  if (volume === undefined) return 0;
  const change = /^([+-]?\d{1,3}(?:\.\d{1,3})?)dB$/i.exec(volume.trim());
  if (change === null) return volumes[volume.trim()] ?? 0;
  return Math.min(6, Math.max(-20, Number(change[1])));
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** Undefined: there is an ampersand that begins no entity. */
function unescapeXml(text: string): string | undefined {
  let isSound = true;
  const plain = text.replace(/&(?:#(\d{1,7})|#x([\da-fA-F]{1,6})|([a-z]{2,4}));|&/g, (_all, decimal, hex, name) => {
    if (typeof name === 'string' && entities[name] !== undefined) return entities[name];
    const code =
      typeof decimal === 'string' ? Number(decimal) : typeof hex === 'string' ? Number.parseInt(hex, 16) : -1;
    if (code >= 0x20 && code <= 0x10_ff_ff && (code < 0xd8_00 || code > 0xdf_ff)) return String.fromCodePoint(code);
    isSound = false;
    return '';
  });
  return isSound ? plain : undefined;
}

function match(pattern: RegExp, text: string, at: number): RegExpExecArray | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text) ?? undefined;
}
