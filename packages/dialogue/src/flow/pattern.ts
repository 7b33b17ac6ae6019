import { RE2JS } from 're2js';
import { FlowError } from './flow-error.ts';

/** As much as a slot's pattern may have; longer ones are programs. */
const maxSourceLength = 500;
/**
 * Steps of the compiled expression. Matching takes time in proportion to it: the worst of a thousand steps took 30 ms over 4,096
 * characters, and a usual one has twenty.
 */
const maxProgramSize = 1000;
/** As much as a turn of the caller has at most. */
const maxInputLength = 4096;
/** Of all agents of a process; each is some kilobytes. */
const maxCompiled = 500;

/**
 * Whether the expression is found in the text, upper and lower case alike only if it says so (`(?i)`). Takes time in proportion
 * to the text whatever the expression is; looks at the first 4,096 characters.
 *
 * @throws FlowError `pattern_invalid`
 */
export function matchesPattern(pattern: string, text: string): boolean {
  return compilePattern(pattern).test(text.slice(0, maxInputLength));
}

/**
 * The compiled expression, in RE2's syntax. The last 500 are kept.
 *
 * @throws FlowError `pattern_invalid`
 */
export function compilePattern(pattern: string): RE2JS {
  const known = compiled.get(pattern);
  if (known !== undefined) {
    // The one that was used last is dropped last.
    compiled.delete(pattern);
    compiled.set(pattern, known);
    return known;
  }
  const made = compile(pattern);
  const oldest = compiled.keys().next();
  if (compiled.size >= maxCompiled && !oldest.done) compiled.delete(oldest.value);
  compiled.set(pattern, made);
  return made;
}

const compiled = new Map<string, RE2JS>();

function compile(pattern: string): RE2JS {
  if (pattern.length > maxSourceLength) {
    throw new FlowError('pattern_invalid', { reason: `the expression is longer than ${maxSourceLength} characters` });
  }
  const made = parse(pattern);
  if (made.programSize() > maxProgramSize) {
    throw new FlowError('pattern_invalid', { reason: 'the expression is too large: lower its repeat counts' });
  }
  return made;
}

function parse(pattern: string): RE2JS {
  try {
    return RE2JS.compile(pattern);
  } catch (error) {
    const reason = error instanceof Error ? error.message.replace(/^error parsing regexp: /, '') : String(error);
    throw new FlowError('pattern_invalid', { reason: `the expression cannot be read: ${reason}` }, { cause: error });
  }
}
