import { describe, expect, it } from 'vitest';
import { fillJson, fillText, placeholdersIn } from './template.ts';

const scope = {
  input: { name: 'O"Neil", "admin": true, "x": "', nights: 2, late: false, tags: ['a', 'b'], room: { id: '7' } },
  context: { language: 'en-GB' },
};

describe('templates', () => {
  it('put values into JSON as values, whatever they hold', () => {
    const filled = fillJson(
      {
        guest: { name: '{{ input.name }}' },
        nights: '{{input.nights}}',
        late: '{{ input.late }}',
        tags: '{{ input.tags }}',
      },
      scope,
    );
    expect(JSON.parse(JSON.stringify(filled))).toEqual({
      guest: { name: scope.input.name },
      nights: 2,
      late: false,
      tags: ['a', 'b'],
    });
  });

  it('leave out what was left out', () => {
    expect(fillJson({ a: '{{ input.none }}', b: ['{{ input.none }}', 1], c: 'x' }, scope)).toEqual({ b: [1], c: 'x' });
    expect(() => fillText('for {{ input.none }}', scope, String)).toThrow('input.none has no value');
  });

  it('reach nothing but what they are given', () => {
    for (const path of ['constructor', 'toString', 'hasOwnProperty', 'room.constructor', 'tags.length'])
      expect(fillJson(`{{ input.${path} }}`, scope)).toBeUndefined();
    expect(placeholdersIn('{{ input.a + 1 }}')).toEqual([undefined]);
    expect(placeholdersIn('{{ input.__proto__ }}')).toEqual([undefined]);
    expect(placeholdersIn('{{ process.env.HOME }}')).toEqual([undefined]);
    expect(placeholdersIn({ a: ['{{ input.a }} and {{ context.language }}'] })).toEqual([
      'input.a',
      'context.language',
    ]);
  });

  it('do not fill what a value brings with it', () => {
    expect(
      fillText('{{ input.text }}', { input: { text: '{{ input.secret }}', secret: 's' }, context: {} }, String),
    ).toBe('{{ input.secret }}');
  });
});
