import { type FakeVendor, fakeKey } from '../fake-vendor.ts';
import { startHttpFake } from '../http-fake.ts';
import { fakeVoices, voicesPage } from './fake-voices.ts';
import { refusal, refusalForStatus } from './refusals.ts';
import { answerSpeech, createSpokenRequests } from './speech-requests.ts';
import { acceptSpeechSocket } from './speech-socket.ts';

/**
 * ElevenLabs' text to speech over HTTP (whole, streamed, with timestamps) and over both of its WebSockets, and its lists of voices.
 * Sound in PCM and G.711 only.
 */
export const elevenLabsFake: FakeVendor = {
  name: 'elevenlabs',
  start({ port, brain }) {
    const spoken = createSpokenRequests();
    return startHttpFake({
      name: 'elevenlabs',
      port,
      environment: (url) => ({ ELEVENLABS_API_KEY: fakeKey, ELEVENLABS_BASE_URL: url }),
      routes: {
        refusal: refusalForStatus,
        async request(exchange) {
          const { request, json } = exchange;
          const isKnown = request.headers['xi-api-key'] === fakeKey;
          if (!isKnown) return json(401, refusal('authentication_error', 'invalid_api_key', 'Invalid API key.'));
          const route = `${request.method} ${request.path}`;
          if (route === 'GET /v2/voices') return json(200, voicesPage(request.query));
          if (route === 'GET /v1/voices') return json(200, { voices: fakeVoices });
          const speech = /^POST \/v1\/text-to-speech\/([^/]+)(\/stream)?(\/with-timestamps)?$/.exec(route);
          if (speech === null) return json(404, { detail: 'Not Found' });
          await answerSpeech(
            exchange,
            { voice: speech[1] ?? '', isStream: speech[2] !== undefined, hasTimes: speech[3] !== undefined },
            { brain, spoken },
          );
        },
        socket: (handshake) => acceptSpeechSocket(handshake, brain),
      },
    });
  },
};
