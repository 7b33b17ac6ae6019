import { expect, it } from 'vitest';
import { azureSsml } from './azure-ssml.ts';

const within = (ssml: string) => /<voice name="[^"]*">(.*)<\/voice><\/speak>$/.exec(ssml)?.[1];
const say = (text: string, more: Partial<Parameters<typeof azureSsml>[0]> = {}) =>
  within(
    azureSsml({ text, fragment: undefined, locale: 'en-US', voice: 'vi-VN-HoaiMyNeural', tone: 'neutral', ...more }),
  );

it('says signs of markup as text', () => {
  expect(say('R&D <fast> "it\'s"')).toBe('R&amp;D &lt;fast&gt; &quot;it&apos;s&quot;');
  expect(azureSsml({ text: '', fragment: undefined, locale: 'en-US', voice: '"><x', tone: 'neutral' })).toContain(
    'name="&quot;&gt;&lt;x"',
  );
});

it('keeps what a fragment asks for, in the service’s own terms', () => {
  expect(
    say('', {
      fragment:
        'Room <say-as interpret-as="characters">B2</say-as>, <break time="300ms"/><prosody rate="80%" pitch="+2st">slowly</prosody>, <sub alias="doctor">Dr</sub> <emphasis level="strong">Ann</emphasis>',
    }),
  ).toBe(
    'Room <say-as interpret-as="characters">B2</say-as>, <break time="300ms"/><prosody rate="-20%" pitch="+2st">slowly</prosody>, <sub alias="doctor">Dr</sub> <emphasis level="strong">Ann</emphasis>',
  );
});

it('speaks the words of elements that the service might refuse, and the text for a fragment that is none', () => {
  expect(say('', { fragment: '<phoneme alphabet="ipa" ph="x">tomato</phoneme> <audio src="a.wav">bell</audio>' })).toBe(
    'tomato bell',
  );
  expect(say('plain', { fragment: '<break' })).toBe('plain');
});

it('speaks in a style where the voice has one, and by its pace where it has none', () => {
  expect(say('hi', { voice: 'en-US-JennyNeural', tone: 'warm' })).toBe(
    '<mstts:express-as style="friendly">hi</mstts:express-as>',
  );
  expect(say('hi', { tone: 'warm' })).toBe('<prosody rate="-6%">hi</prosody>');
  expect(say('hi', { voice: 'en-GB-SoniaNeural', tone: 'warm' })).toBe('<prosody rate="-6%">hi</prosody>');
  expect(say('hi', { tone: 'energetic' })).toBe('<prosody rate="+8%">hi</prosody>');
});
