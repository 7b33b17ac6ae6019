import type { FastifyInstance } from 'fastify';

/**
 * Sound that is sent as itself, or as a form, becomes the JSON that `transcribe` takes: `audio_url` is a `data:` URL then. Other routes
 * refuse it as they refuse any body of another form.
 */
export function installAudioBodies(app: FastifyInstance): void {
  app.addContentTypeParser(/^audio\/(wav|x-wav|wave|basic|pcmu)/, { parseAs: 'buffer' }, (request, body, done) => {
    const kind = /^audio\/(basic|pcmu)/i.test(request.headers['content-type'] ?? '') ? 'audio/basic' : 'audio/wav';
    const bytes = typeof body === 'string' ? Buffer.from(body) : body;
    done(null, { audio_url: dataUrl(kind, bytes) });
  });
  app.addContentTypeParser('multipart/form-data', { parseAs: 'buffer' }, (request, body, done) => {
    const bytes = typeof body === 'string' ? Buffer.from(body) : body;
    readForm(request.headers['content-type'] ?? '', bytes).then(
      (fields) => done(null, fields),
      // As a body without any field: what is missing is said.
      () => done(null, {}),
    );
  });
}

/** Fields of a form, each once. */
const maxFields = 10;

async function readForm(contentType: string, bytes: Buffer): Promise<Record<string, string>> {
  const form = await new Response(new Uint8Array(bytes), { headers: { 'content-type': contentType } }).formData();
  const fields: Record<string, string> = {};
  for (const [name, value] of [...form].slice(0, maxFields)) {
    if (typeof value === 'string') fields[name] = value;
    else if (name === 'audio' || name === 'file') {
      const kind = /basic|pcmu/i.test(value.type) ? 'audio/basic' : 'audio/wav';
      fields.audio_url = dataUrl(kind, Buffer.from(await value.arrayBuffer()));
    }
  }
  return fields;
}

function dataUrl(kind: string, bytes: Buffer): string {
  return `data:${kind};base64,${bytes.toString('base64')}`;
}
