import { createRandom } from '@parley/engine/simulation/random.ts';
import twilio from 'twilio';
import { expect, test } from 'vitest';
import { elementsOf, parseXml, textOf, XmlError } from './xml.ts';

test('what the package of Twilio writes is read as it was meant', () => {
  const response = new twilio.twiml.VoiceResponse();
  response.say({ language: 'en-IE' }, 'Fish & chips < 5 €, “hot”');
  response
    .connect()
    .stream({ url: 'wss://agent.example/stream' })
    .parameter({ name: 'who', value: `O'Neill "Jr" <a&b>` });
  const root = parseXml(response.toString());
  const [say, connect] = elementsOf(root);
  expect(root.name).toBe('Response');
  expect(say?.attributes).toEqual({ language: 'en-IE' });
  expect(say === undefined ? '' : textOf(say)).toBe('Fish & chips < 5 €, “hot”');
  const [stream] = connect === undefined ? [] : elementsOf(connect);
  const [parameter] = stream === undefined ? [] : elementsOf(stream);
  expect(parameter?.attributes).toEqual({ name: 'who', value: `O'Neill "Jr" <a&b>` });
});

test.for([
  ['', 'An element was expected'],
  ['<Response>', 'has no end'],
  ['<Response></Wrong>', 'ends "Response"'],
  ['<Response/><Response/>', 'Something follows'],
  ['<Response><Say>a & b</Say></Response>', 'begins no entity'],
  ['<Response><Dial timeout=5/></Response>', 'not in quotes'],
  ['<Response><Dial a="1" a="2"/></Response>', 'there twice'],
  ['<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><Response/>', 'A name is missing'],
  ['<a>'.repeat(100), 'nested too deep'],
] as const)('%s is refused in words', ([text, why]) => {
  expect(() => parseXml(text)).toThrow(XmlError);
  expect(() => parseXml(text)).toThrow(why);
});

test('a document that is damaged is read, or refused, and never anything else', () => {
  const random = createRandom(7);
  const whole =
    '<?xml version="1.0"?><Response><Dial action="/a?b=1&amp;c"><Number x="1">+35312</Number></Dial><!-- ! --><Say><![CDATA[a<b]]></Say></Response>';
  for (let n = 0; n < 20_000; n += 1) {
    const at = random.int(0, whole.length - 1);
    const damaged =
      whole.slice(0, at) +
      random.pick(['<', '>', '&', '"', '/', '', ']]>', '\u0000']) +
      whole.slice(at + random.int(0, 3));
    try {
      parseXml(damaged);
    } catch (error) {
      expect(error).toBeInstanceOf(XmlError);
    }
  }
});
