import { type FakeVendor, fakeKey } from '../fake-vendor.ts';
import { startHttpFake } from '../http-fake.ts';
import { hearTurns } from './hear-turns.ts';
import { speakTurns } from './speak-turns.ts';

const hearing =
  /^\/(stt\/)?speech\/(recognition\/(conversation|interactive|dictation)\/cognitiveservices\/v1|universal\/v2)$/;
const speaking = /^\/(tts\/)?cognitiveservices\/websocket\/v1$/;

/** Azure Speech as its SDKs meet it: recognition and synthesis over one WebSocket each. */
export const azureSpeechFake: FakeVendor = {
  name: 'azure-speech',
  start: ({ port, brain }) =>
    startHttpFake({
      name: 'azure-speech',
      port,
      environment: (url) => ({ AZURE_SPEECH_KEY: fakeKey, AZURE_SPEECH_HOST: url }),
      routes: {
        refusal: (status) => ({ error: { code: String(status), message: 'The fault asked for it.' } }),
        garbage: 'Path:speech.phrase\r\nX-RequestId:0\r\n\r\n{"RecognitionStatus": ',
        socket({ path, query, headers, faults }) {
          const key = headers['ocp-apim-subscription-key'] ?? query.get('Ocp-Apim-Subscription-Key');
          if (key !== fakeKey) {
            return {
              kind: 'refused',
              status: 401,
              body: {
                error: { code: '401', message: 'Access denied due to invalid subscription key or wrong API endpoint.' },
              },
            };
          }
          if (hearing.test(path)) return { kind: 'accepted', open: (socket) => hearTurns(brain, query, socket) };
          if (speaking.test(path)) return { kind: 'accepted', open: (socket) => speakTurns(brain, faults, socket) };
          return { kind: 'refused', status: 404, body: { error: { code: '404', message: 'Resource not found' } } };
        },
      },
    }),
};
