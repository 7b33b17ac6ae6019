import type { FakeExchange } from '../wire/fake-exchange.ts';
import { passed, type TwilioHouse } from './house.ts';
import { type CallbackSettings, createCall, type LiveCall } from './live-call.ts';
import { startRecording } from './recordings.ts';
import { accountJson, accountUri, callJson, errorJson, RestError, recordingJson, streamJson } from './rest-json.ts';
import { ring } from './ring.ts';
import { followTwiml } from './run-twiml.ts';
import { methodOf, type TwimlSource } from './verb.ts';
import { startStream } from './verbs/stream.ts';
import { parseXml } from './xml.ts';

/** Answers a request to `/2010-04-01/…` as Twilio's REST API does. */
export function answerRest(house: TwilioHouse, { request, json, stream }: FakeExchange): void {
  try {
    authenticate(house, request.headers.authorization);
    const parts = request.path.split('/').slice(1);
    const last = parts.at(-1) ?? '';
    const extension = /\.(json|wav)$/.exec(last)?.[1];
    parts[parts.length - 1] = last.replace(/\.(json|wav)$/, '');
    const [version, accounts, accountSid, ...path] = parts;
    if (version !== '2010-04-01' || accounts !== 'Accounts' || accountSid !== house.accountSid)
      throw notFound(request.path);
    const form = formOf(request.form);
    const { method } = request;
    if (path.length === 0 && method === 'GET') return json(200, accountJson(house));
    const [kind, sid = '', sub, subSid] = path;
    const route = `${method} ${kind}${sid === '' ? '' : '/id'}${sub === undefined ? '' : `/${sub}`}${subSid === undefined ? '' : '/id'}`;
    const call = () => house.calls.get(sid) ?? throws(notFound(request.path));
    const recording = () =>
      house.recordings.get(kind === 'Recordings' ? sid : (subSid ?? '')) ?? throws(notFound(request.path));
    switch (route) {
      case 'POST Calls':
        return json(201, callJson(createByApi(house, form)));
      case 'GET Calls':
        return json(200, page(house, 'calls', 'Calls', [...house.calls.values()].reverse().map(callJson)));
      case 'GET Calls/id':
        return json(200, callJson(call()));
      case 'POST Calls/id':
        update(call(), form);
        return json(200, callJson(call()));
      case 'POST Calls/id/Recordings': {
        if (call().status !== 'in-progress')
          throw new RestError(400, 21_220, 'Requested resource is not eligible for recording');
        const started = startRecording(call(), {
          source: 'StartCallRecordingAPI',
          channels: form.get('RecordingChannels') === 'dual' ? 2 : 1,
          track: trackOf(form.get('RecordingTrack')),
          callback: callbackOf(form, 'RecordingStatusCallback', ['completed']),
        });
        return json(201, recordingJson(house, started));
      }
      case 'POST Calls/id/Recordings/id': {
        const found = recording();
        const status = form.get('Status');
        if (status === 'stopped') found.stop();
        else if (status === 'paused' || status === 'in-progress') found.pause(status === 'paused');
        else throw new RestError(400, 20_001, `The status "${status}" is not valid.`);
        return json(200, recordingJson(house, found));
      }
      case 'GET Recordings/id':
        if (extension !== 'wav') return json(200, recordingJson(house, recording()));
        return sendBytes(stream(200, { 'content-type': 'audio/x-wav' }), recording().wav());
      case 'DELETE Recordings/id':
        house.recordings.delete(recording().sid);
        return stream(204, {}).end();
      case 'POST Calls/id/Streams': {
        if (call().status !== 'in-progress') throw new RestError(400, 21_220, 'Call is not in-progress.');
        const started = startStream(call(), streamSettings(form), () => {});
        return json(201, streamJson(house, sid, started));
      }
      case 'POST Calls/id/Streams/id': {
        const found = call().streams.find((one) => one.sid === subSid || one.name === subSid);
        if (found === undefined) throw notFound(request.path);
        if (form.get('Status') !== 'stopped')
          throw new RestError(400, 20_001, 'The status of a stream can be "stopped".');
        found.stop();
        return json(200, streamJson(house, sid, found));
      }
      default:
        throw notFound(request.path);
    }
  } catch (error) {
    if (!(error instanceof RestError)) throw error;
    json(error.status, errorJson(error.status, error.code, error.message));
  }
}

type Form = ReturnType<typeof formOf>;

/** A form whose fields may come several times. */
function formOf(form: FormData | undefined) {
  const all = (name: string) => (form?.getAll(name) ?? []).filter((value) => typeof value === 'string');
  return { all, get: (name: string): string | undefined => all(name)[0], names: [...new Set(form?.keys() ?? [])] };
}

function authenticate({ accountSid, authToken }: TwilioHouse, header: string | undefined): void {
  const expected = `Basic ${Buffer.from(`${accountSid}:${authToken}`).toString('base64')}`;
  if (header !== expected) throw new RestError(401, 20_003, 'Authenticate');
}

function createByApi(house: TwilioHouse, form: Form): LiveCall {
  const to = form.get('To');
  const from = form.get('From');
  if (to === undefined || to === '') throw new RestError(400, 21_201, "No 'To' number is specified");
  if (from === undefined || from === '') throw new RestError(400, 21_213, "No 'From' number is specified");
  if (!/^(?:\+\d{5,15}|sips?:\S+|client:\S+)$/.test(to)) {
    throw new RestError(400, 21_211, `The phone number you are attempting to call, ${to}, is not valid.`);
  }
  const first = sourceOf(form);
  if (first === undefined) throw new RestError(400, 21_205, 'Url parameter is required.');
  const call = createCall(house, {
    direction: 'outbound-api',
    from,
    to,
    callback: callbackOf(form, 'StatusCallback', ['completed']),
  });
  runOutbound(call, first, form).catch((error: unknown) => {
    // The call was canceled or is over; anything else is the fake's own fault.
    if (!call.over.aborted) call.report('error', 11_000, error instanceof Error ? error.message : String(error));
  });
  return call;
}

async function runOutbound(call: LiveCall, first: TwimlSource, form: Form): Promise<void> {
  const { clock } = call.house;
  // The answer to the request comes before anything that happens.
  await passed(clock, 1, call.over);
  const timeoutMs = 1000 * Number(form.get('Timeout') ?? 60);
  const limitMs = 1000 * Number(form.get('TimeLimit') ?? 14_400);
  if ((await ring(call, timeoutMs, call.over)) !== 'answered') return;
  passed(clock, limitMs, call.over).then(
    () => call.end('completed'),
    () => {},
  );
  if (form.get('Record') === 'true') {
    startRecording(call, {
      source: 'OutboundAPI',
      channels: form.get('RecordingChannels') === 'dual' ? 2 : 1,
      track: trackOf(form.get('RecordingTrack')),
      callback: callbackOf(form, 'RecordingStatusCallback', ['completed']),
    });
  }
  const mode = form.get('MachineDetection');
  if (mode === undefined) return followTwiml(call, first);
  const callback = callbackOf(form, 'AsyncAmdStatusCallback', []);
  if (form.get('AsyncAmd') !== 'true') {
    await detect(call, mode, form);
    return followTwiml(call, first);
  }
  const following = followTwiml(call, first);
  const detectedMs = await detect(call, mode, form);
  if (callback !== undefined) {
    const { CallSid = '', AccountSid = '', AnsweredBy = '' } = call.params();
    const params = { CallSid, AccountSid, AnsweredBy, MachineDetectionDuration: String(Math.round(detectedMs)) };
    call.house.webhooks.send(callback.url, callback.method, params).catch((error: unknown) => {
      call.report('warning', 11_200, error instanceof Error ? error.message : String(error));
    });
  }
  return following;
}

/** Quicker than Twilio, which takes about four seconds of speech, and longer for the end of a greeting. */
const detectionMs = 100;

/** Who answered, as the script has it. @returns how long it took, in ms */
async function detect(call: LiveCall, mode: string, form: Form): Promise<number> {
  const callee = call.house.callee(call.to);
  const as = callee.does === 'answers' ? (callee.as ?? 'human') : 'human';
  const tookMs = as === 'unknown' ? 1000 * Number(form.get('MachineDetectionTimeout') ?? 30) : detectionMs;
  await passed(call.house.clock, tookMs, call.over);
  const machine = mode === 'DetectMessageEnd' ? 'machine_end_beep' : 'machine_start';
  call.answeredBy = as === 'machine' ? machine : as;
  return tookMs;
}

function update(call: LiveCall, form: Form): void {
  const status = form.get('Status');
  if (call.over.aborted) throw new RestError(400, 21_220, 'Call is not in-progress. Cannot redirect.');
  if (status === 'completed') return call.end(call.status === 'in-progress' ? 'completed' : 'canceled');
  if (status === 'canceled') {
    if (call.status === 'in-progress') throw new RestError(400, 21_220, 'Call is in-progress. Cannot cancel.');
    return call.end('canceled');
  }
  if (status !== undefined) throw new RestError(400, 20_001, `The status "${status}" is not valid.`);
  const source = sourceOf(form);
  if (source === undefined) throw new RestError(400, 21_218, 'Nothing to update.');
  if (call.status !== 'in-progress') throw new RestError(400, 21_220, 'Call is not in-progress. Cannot redirect.');
  void followTwiml(call, source);
}

function sourceOf(form: Form): TwimlSource | undefined {
  const twiml = form.get('Twiml');
  const url = form.get('Url');
  if (twiml !== undefined) {
    if (twiml.length > 4000) throw new RestError(400, 21_609, 'Twiml must be less than 4000 characters.');
    try {
      parseXml(twiml);
    } catch (error) {
      throw new RestError(400, 12_100, `Document parse failure: ${error instanceof Error ? error.message : ''}`);
    }
    return { kind: 'document', text: twiml };
  }
  if (url === undefined) return undefined;
  if (!/^https?:\/\//.test(url) || !URL.canParse(url))
    throw new RestError(400, 21_205, `Url is not a valid URL: ${url}`);
  const fallback = form.get('FallbackUrl');
  return {
    kind: 'url',
    url,
    method: methodOf(form.get('Method')),
    params: {},
    fallback: fallback === undefined ? undefined : { url: fallback, method: methodOf(form.get('FallbackMethod')) },
  };
}

function callbackOf(form: Form, name: string, defaultEvents: readonly string[]): CallbackSettings | undefined {
  const url = form.get(name);
  if (url === undefined || url === '') return undefined;
  // Some clients send a list of them in one field.
  const events = form.all(`${name}Event`).flatMap((value) => value.split(/\s+/));
  return { url, method: methodOf(form.get(`${name}Method`)), events: events.length > 0 ? events : defaultEvents };
}

function streamSettings(form: Form): Parameters<typeof startStream>[1] {
  const parameters: Record<string, string> = {};
  for (const name of form.names) {
    const number = /^Parameter(\d+)\.Name$/.exec(name)?.[1];
    if (number !== undefined) parameters[form.get(name) ?? ''] = form.get(`Parameter${number}.Value`) ?? '';
  }
  return {
    url: form.get('Url') ?? '',
    name: form.get('Name'),
    track: form.get('Track'),
    isBothWays: false,
    parameters,
    callback: callbackOf(form, 'StatusCallback', []),
  };
}

function trackOf(text: string | undefined): 'inbound' | 'outbound' | 'both' {
  return text === 'inbound' || text === 'outbound' ? text : 'both';
}

function page(house: TwilioHouse, key: string, part: string, items: readonly unknown[]): Record<string, unknown> {
  const uri = `${accountUri(house)}/${part}.json?PageSize=50&Page=0`;
  const shown = items.slice(0, 50);
  return {
    [key]: shown,
    first_page_uri: uri,
    next_page_uri: null,
    previous_page_uri: null,
    page: 0,
    page_size: 50,
    start: 0,
    end: Math.max(0, shown.length - 1),
    uri,
  };
}

function notFound(path: string): RestError {
  return new RestError(404, 20_404, `The requested resource ${path} was not found`);
}

function throws(error: Error): never {
  throw error;
}

function sendBytes(body: { write(bytes: Uint8Array): void; end(): void }, bytes: Uint8Array): void {
  body.write(bytes);
  body.end();
}
