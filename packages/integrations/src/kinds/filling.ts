import type { Json } from '@parley/dialogue/tools/tool.ts';
import type { Fail } from '../errors.ts';
import {
  fillJson,
  fillText,
  fillValue,
  type JsonTemplate,
  TemplateError,
  type TemplateScope,
} from '../values/template.ts';

/** Templates of one use, whose errors name the field that they stand in. */
export interface Filling {
  json(template: JsonTemplate, field: string): Json | undefined;
  value(template: string, field: string): Json | undefined;
  text(template: string, field: string, encode: (text: string) => string): string;
  header(template: string, field: string): string | undefined;
}

export function fillingOf(scope: TemplateScope, fail: Fail): Filling {
  const naming = <Result>(field: string, work: () => Result): Result => {
    try {
      return work();
    } catch (error) {
      if (error instanceof TemplateError) throw fail('value_missing', error.message, { field, cause: error });
      throw error;
    }
  };
  return {
    json: (template, field) => naming(field, () => fillJson(template, scope)),
    value: (template, field) => naming(field, () => fillValue(template, scope)),
    text: (template, field, encode) => naming(field, () => fillText(template, scope, encode)),
    header(template, field) {
      const value = naming(field, () => fillValue(template, scope));
      if (value === undefined || value === null) return undefined;
      const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
      // A line break would begin a header of the caller's own.
      if (!/^[\t\x20-\x7e]{0,4000}$/.test(text))
        throw fail('value_invalid', 'A header holds printable ASCII on one line, 4,000 characters at most.', { field });
      return text;
    },
  };
}
