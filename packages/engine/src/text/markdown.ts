/**
 * Text without the marks that are seen and not said: headings, bullets, emphasis, code, rules and the addresses of links.
 * For one sentence or line; the words stay as they are.
 */
export function withoutMarkdown(text: string): string {
  if (!/[*_`~#>|[\]•-]/.test(text)) return text.trim();
  return (
    text
      // Code fences and rules are lines of their own.
      .replace(/^\s*(?:`{3,}[^\s`]*|~{3,}|[-*_](?:\s?[-*_]){2,}|\|?(?:\s?:?-{2,}:?\s?\|)+\s?)\s*$/gm, '')
      .replace(/^\s*#{1,6}\s+/gm, '')
      .replace(/^\s*(?:>\s?)+/gm, '')
      .replace(/^\s*[-*+•]\s+(?:\[[ xX]\]\s+)?/gm, '')
      .replace(/!?\[([^\]\n]{1,200})\]\([^)\s]{1,500}\)/g, '$1')
      .replace(/\*{2,3}|_{2,3}|~~|`+/g, '')
      .replace(/(^|[\s("“'])[*_](?=\S)/g, '$1')
      .replace(/(\S)[*_](?=[\s.,;:!?)"”']|$)/g, '$1')
      // Cells of a table.
      .replace(/^\s*\||\|\s*$/g, '')
      .replace(/\s*\|\s*/g, ', ')
      .trim()
  );
}
