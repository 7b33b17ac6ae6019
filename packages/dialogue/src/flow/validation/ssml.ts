/**
 * What is wrong with a fragment of SSML, or undefined: elements that are not closed, a `speak` element (the platform adds it),
 * signs that XML wants escaped. Of templates with tags only what holds in every branch is looked at.
 */
export function ssmlProblem(template: string): string | undefined {
  // What values bring is escaped: a word stands for it.
  const text = template.replace(/\{\{[\s\S]*?\}\}/g, 'value').replace(/\{%[\s\S]*?%\}/g, '');
  const branches = template.includes('{%');
  const open: string[] = [];
  let end = 0;
  for (const match of text.matchAll(/<(\/?)([A-Za-z][\w:.-]{0,60})((?:\s[^<>]{0,1000})?\/?)>/g)) {
    const [all, closing, name = '', attributes = ''] = match;
    const stray = strayIn(text.slice(end, match.index));
    if (stray !== undefined) return stray;
    end = match.index + all.length;
    if (name === 'speak') return 'It has a speak element, which is added around it';
    const isEmpty = attributes.endsWith('/');
    if (closing === '' && !/^(?:\s+[\w:.-]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*\s*\/?$/.test(attributes)) {
      return `The attributes of <${name}> cannot be read`;
    }
    if (branches) continue;
    if (closing === '/') {
      const last = open.pop();
      if (last !== name)
        return last === undefined ? `</${name}> closes nothing` : `</${name}> stands where </${last}> belongs`;
    } else if (!isEmpty) open.push(name);
  }
  const unclosed = open.at(-1);
  return strayIn(text.slice(end)) ?? (unclosed === undefined ? undefined : `<${unclosed}> is not closed`);
}

function strayIn(text: string): string | undefined {
  if (/[<>]/.test(text)) return 'It has < or > that belongs to no element: write &lt; or &gt;';
  return /&(?!(?:[a-z]{2,6}|#\d{1,7}|#x[0-9a-f]{1,6});)/i.test(text) ? 'It has & by itself: write &amp;' : undefined;
}
