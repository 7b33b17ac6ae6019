import { expect, it } from 'vitest';
import { encodeForm } from './multipart.ts';

it('a form is read as it was written, whatever is in it', async () => {
  const bytes = Uint8Array.from({ length: 700 }, (_, n) => n % 256);
  const { type, body } = encodeForm([
    { name: 'file', fileName: 'a "fine" file.wav', type: 'audio/wav', bytes },
    { name: 'prompt', text: 'Cắt tóc,\r\n--form-like\r\n' },
    { name: 'include[]', text: 'one' },
    { name: 'include[]', text: 'two' },
  ]);
  const form = await new Response(body, { headers: { 'content-type': type } }).formData();
  const file = form.get('file');
  if (!(file instanceof File)) throw new Error('The file is missing.');
  expect([file.name, file.type]).toEqual(['a "fine" file.wav', 'audio/wav']);
  expect(new Uint8Array(await file.arrayBuffer())).toEqual(bytes);
  expect(form.get('prompt')).toBe('Cắt tóc,\r\n--form-like\r\n');
  expect(form.getAll('include[]')).toEqual(['one', 'two']);
});
