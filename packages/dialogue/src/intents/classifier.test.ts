import { describe, expect, it } from 'vitest';
import { createClassifier } from './classifier.ts';

const classify = createClassifier({
  cancel: ['cancel', 'cancel my appointment', 'never mind'],
  repeat: ['what did you say', 'say that again'],
  hours: ['when are you open', 'are you open on {day}'],
});

describe('intents', () => {
  it.each([
    ['cancel', 'cancel'],
    ['please cancel my appointment', 'cancel'],
    ['cancle my apointment', 'cancel'],
    ['What did you say?', 'repeat'],
    ['are you open {day}', 'hours'],
  ])('%s', (text, intent) => expect(classify(text).intent).toBe(intent));

  it('the words of an example are certain, and near ones less', () => {
    expect(classify('what did you say').confidence).toBe(1);
    expect(classify('what did he say').confidence).toBeLessThan(0.9);
  });

  it.each(['', '!!!', 'the weather is nice', 'friday', 'x'.repeat(2000)])('no intent in: %s', (text) => {
    expect(classify(text).intent).toBeUndefined();
  });
});
