import { spokenText } from '@parley/engine/text/spoken-form/spoken-form.ts';
import { describe, expect, test, vi } from 'vitest';
import { scopeWith } from '../testing/scope.ts';
import type { JsonObject } from '../tools/tool.ts';
import { FlowError } from './flow-error.ts';
import { renderSsml, renderTemplate, warmTemplates } from './template.ts';

function english(source: string, slots: JsonObject = {}): string {
  return renderTemplate(source, scopeWith(slots));
}

function vietnamese(source: string, slots: JsonObject = {}): string {
  return renderTemplate(source, scopeWith(slots, { language: 'vi-VN' }));
}

function codeOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof FlowError) return error.code;
    throw error;
  }
  return 'nothing thrown';
}

describe('what is said', () => {
  test.each([
    ['{{ v | say_date }}', '2026-11-27', 'Friday 27 November'],
    ['{{ v | say_date }}', '2027-01-01', 'Friday 1 January 2027'],
    ['{{ v | say_time }}', '15:00', '3 PM'],
    ['{{ v | say_time }}', '09:30', '9:30 AM'],
    ['{{ v | say_time }}', '12:00', 'noon'],
    ['{{ v | say_range }}', { from: '2026-11-27', to: '2026-11-29' }, 'Friday 27 November to Sunday 29 November'],
    ['{{ v | say_duration }}', 'PT1H30M', '1 hour and 30 minutes'],
    ['{{ v | say_duration }}', 'P2W', '2 weeks'],
    ['{{ v | say_money }}', { amount: 20.5, currency: 'USD' }, '$20.50'],
    ['{{ v | say_money }}', { amount: 1200, currency: 'EUR' }, '€1,200'],
    ["{{ v | say_money: 'GBP' }}", 35, '£35'],
    ['{{ v | say_phone }}', '+442079460000', '+44 20 7946 0000'],
    ['{{ v | say_phone }}', '+14155550123', '(415) 555-0123'],
    ['{{ v | say_number }}', 1500, '1,500'],
    ["{{ v }} {{ v | plural: 'night', 'nights' }}", 1, '1 night'],
    ["{{ v }} {{ v | plural: 'night', 'nights' }}", 2, '2 nights'],
    ['{{ v | list }}', ['tea', 'milk', 'sugar'], 'tea, milk and sugar'],
    ["{{ v | list: 'or' }}", ['9 AM', 'noon'], '9 AM or noon'],
    ['{{ v | spell }}', 'ab12', 'A B 1 2'],
    ['{{ v | upcase }}', 'ok', 'OK'],
  ])('%s of %j in English', (source, v, said) => {
    expect(english(source.replace(/\bv\b/g, 'slots.v'), { v })).toBe(said);
  });

  test.each([
    ['say_date', '2026-11-27', 'thứ Sáu ngày 27 tháng 11'],
    ['say_date', '2027-01-03', 'Chủ nhật ngày 3 tháng 1 năm 2027'],
    ['say_time', '15:00', '3 giờ chiều'],
    ['say_time', '09:30', '9 giờ 30 sáng'],
    ['say_time', '19:15', '7 giờ 15 tối'],
    ['say_time', '00:30', '12 giờ 30 đêm'],
    ['say_range', { from: '2026-11-27', to: '2026-11-28' }, 'thứ Sáu ngày 27 tháng 11 đến thứ Bảy ngày 28 tháng 11'],
    ['say_duration', 'PT1H30M', '1 giờ 30 phút'],
    ['say_money', { amount: 1_500_000, currency: 'VND' }, '1.500.000 đồng'],
    ['say_money', { amount: 80, currency: 'USD' }, '80 USD'],
    ['say_money', { amount: 20.5, currency: 'EUR' }, '20,50 EUR'],
    ['say_phone', '+84912345678', '0912 345 678'],
    ["plural: 'đêm'", 2, 'đêm'],
    ["plural: 'night', 'nights'", 1, 'nights'],
    ['list', ['trà', 'sữa', 'đường'], 'trà, sữa và đường'],
    ["list: 'or'", ['sáng', 'chiều'], 'sáng hoặc chiều'],
  ])('%s of %j in Vietnamese', (filter, value, said) => {
    expect(vietnamese(`{{ slots.x | ${filter} }}`, { x: value })).toBe(said);
  });

  test('a voice reads days, times and money as people say them', () => {
    const said = english('{{ slots.day | say_date }} at {{ slots.time | say_time }}, {{ slots.price | say_money }}.', {
      day: '2026-11-27',
      time: '15:30',
      price: { amount: 20.5, currency: 'USD' },
    });
    expect(spokenText(said, 'en-GB')).toBe(
      'Friday the twenty-seventh of November at three thirty P M, twenty dollars fifty.',
    );
    const vi = vietnamese('{{ slots.price | say_money }}', { price: { amount: 1_500_000, currency: 'VND' } });
    expect(spokenText(vi, 'vi')).toBe('một triệu năm trăm nghìn đồng');
  });

  test('money, ranges and lists without a filter still read as something', () => {
    const slots = {
      price: { amount: 5, currency: 'USD' },
      names: ['Ann', 'Ben'],
      stay: { from: '09:00', to: '17:00' },
    };
    expect(english('{{ slots.price }} / {{ slots.names }} / {{ slots.stay }}', slots)).toBe(
      '$5 / Ann and Ben / 9 AM to 5 PM',
    );
  });

  test('what is not there is empty, and what a filter does not know comes through', () => {
    expect(english('Hello {{ slots.name }}{{ slots.name | say_date }}.')).toBe('Hello .');
    expect(english('{{ slots.x | say_date }} {{ slots.x | say_money }}', { x: 'soon' })).toBe('soon soon');
    expect(english('{% if slots.date %}{{ slots.date | say_date }}{% else %}any day{% endif %}')).toBe('any day');
  });

  test('facts and the moment are at hand', () => {
    expect(english('{{ conversation.facts.address }}, {{ now.date | say_date }}')).toBe(
      '1 High Street, Saturday 21 November',
    );
  });
});

describe('what a caller says stays data', () => {
  test('a slot that looks like a template is said as it is', () => {
    const text = '{{ conversation.id }}{% for i in (1..9) %}x{% endfor %}';
    expect(english('You said {{ slots.x }}.', { x: text })).toBe(`You said ${text}.`);
    expect(english('{% assign y = slots.x %}{{ y | append: "!" }}', { x: text })).toBe(`${text}!`);
  });

  test('no filter evaluates text as an expression', () => {
    for (const name of ['where_exp', 'find_exp', 'has_exp', 'reject_exp', 'group_by_exp', 'find_index_exp']) {
      expect(codeOf(() => english(`{{ slots.list | ${name}: "i", slots.x }}`, { x: 'i.a', list: [] }))).toBe(
        'template_filter_unknown',
      );
    }
  });

  test('values cannot bring SSML elements or attributes, not even through raw, echo or a captured text', () => {
    const scope = scopeWith({ name: `<break time="9s"/> & 'co'` });
    const said = '&lt;break time=&quot;9s&quot;/&gt; &amp; &apos;co&apos;';
    expect(renderSsml('<p>{{ slots.name }}</p>', scope)).toBe(`<p>${said}</p>`);
    expect(renderSsml('{% echo slots.name %}', scope)).toBe(said);
    expect(renderSsml('{% capture x %}{{ slots.name }}{% endcapture %}{{ x }}', scope)).not.toContain('<');
    expect(codeOf(() => renderSsml('{{ slots.name | raw }}', scope))).toBe('template_filter_unknown');
  });

  test('half a character of a chat breaks no filter', () => {
    expect(english('{{ slots.x | url_encode }} {{ slots.x | upcase | spell }}', { x: 'a \ud83d b' })).toBe(
      'a+%EF%BF%BD+b A \ud83d B',
    );
  });

  test('nothing but own values is reached', () => {
    expect(english('{{ slots.constructor.name }}{{ slots.__proto__.x }}{{ slots.x.toString }}', { x: 'a' })).toBe('');
  });
});

describe('templates that are wrong', () => {
  test('are named by code, with what is wrong and where', () => {
    expect(codeOf(() => english('{{ slots.x | shout }}'))).toBe('template_filter_unknown');
    expect(codeOf(() => english('{% if slots.x %}open'))).toBe('template_invalid');
    expect(() => english('one\n{{ slots.x | shout }}')).toThrow(/undefined filter: shout at line 2/);
  });

  test('reach no file and no other template', () => {
    for (const tag of ["include 'a'", "render 'a'", "layout 'a'"]) {
      expect(codeOf(() => english(`{% ${tag} %}`))).toBe('template_invalid');
    }
  });

  test('end instead of filling memory or the processor', () => {
    expect(codeOf(() => english('{% for i in (1..100000000) %}x{% endfor %}'))).toBe('template_too_large');
    const nested =
      '{% for a in (1..900) %}{% for b in (1..900) %}{% for c in (1..900) %}x{% endfor %}{% endfor %}{% endfor %}';
    expect(codeOf(() => english(nested))).toBe('template_too_large');
    const doubling = `{% assign x = "ab" %}${'{% assign x = x | append: x %}'.repeat(40)}{{ x }}`;
    expect(codeOf(() => english(doubling))).toBe('template_too_large');
    expect(codeOf(() => english(`${'x'.repeat(30_000)}{{ slots.x }}`))).toBe('template_too_large');
  });
});

test('every filter works in any language, and one that nobody knows is said in the English way', () => {
  const languages = ['en-GB', 'vi-VN', 'fr', 'de-AT', 'pl', 'ar', 'ja', 'zh-Hant', 'zz'];
  expect(() => warmTemplates(languages)).not.toThrow();
  const french = renderTemplate(
    "{{ slots.day | say_date }}, {{ slots.n }} {{ slots.n | plural: 'nuit', 'nuits' }}, {{ slots.names | list: 'or' }}",
    scopeWith({ day: '2026-11-27', n: 0, names: ['Ann', 'Ben'] }, { language: 'fr' }),
  );
  expect(french).toBe('vendredi 27 novembre, 0 nuit, Ann ou Ben');
});

test('a process that was held up while it spoke still says the sentence', () => {
  const held = [0, 5000];
  const clock = vi.spyOn(performance, 'now').mockImplementation(() => held.shift() ?? 5001);
  try {
    expect(english('{{ slots.name }}, hello.', { name: 'Anna' })).toBe('Anna, hello.');
    expect(clock.mock.calls.length).toBeGreaterThan(3);
  } finally {
    clock.mockRestore();
  }
});
