import { parseSsml, type SsmlNode } from './parse-ssml.ts';

/** Text that stands for itself within SSML, in attributes too. */
export function escapeSsml(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => escapes[sign] ?? sign);
}

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

/**
 * What an SSML fragment says, as it is written: for the history, for chat, for voices that cannot read it. Of malformed SSML
 * whatever is no tag.
 */
export function ssmlToText(fragment: string): string {
  const nodes = parseSsml(fragment);
  return (nodes === undefined ? stripTags(fragment) : textOf(nodes)).replace(/\s+/g, ' ').trim();
}

export function textOf(nodes: readonly SsmlNode[]): string {
  return nodes
    .map((node) => {
      if (node.kind === 'text') return node.text;
      if (node.kind === 'break') return ' ';
      const inner = textOf(node.children);
      // Sentences that touch in the source are still two.
      return node.kind === 'p' || node.kind === 's' ? ` ${inner} ` : inner;
    })
    .join('');
}

function stripTags(fragment: string): string {
  return fragment
    .replace(/<\/?[A-Za-z!?][^<>]{0,1000}>/g, ' ')
    .replace(/&(amp|lt|gt|quot|apos);/g, (_all, name: string) => plain[name] ?? '');
}

const plain: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
