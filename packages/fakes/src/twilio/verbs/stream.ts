import { newSid, settled } from '../house.ts';
import type { CallbackSettings, LiveCall, LiveStream, SoundTap } from '../live-call.ts';
import { type MediaStream, openMediaStream } from '../media-stream.ts';
import { startRecording } from '../recordings.ts';
import { actionOf, callbackOf, type Verb, type VerbContext } from '../verb.ts';
import { elementsOf } from '../xml.ts';

/** Holds the call until the server closes the socket. */
export const connectVerb: Verb = async (context) => {
  const { call, element, signal } = context;
  const [noun] = elementsOf(element);
  if (noun?.name !== 'Stream') {
    call.report('error', 12_200, `<Connect> has <${noun?.name ?? 'nothing'}>, which the fake does not know.`);
    return undefined;
  }
  const settings = streamOf({ ...context, element: noun }, true);
  await settled<void>((resolve) => {
    const stream = startStream(call, settings, () => resolve());
    return () => stream.stop();
  }, signal);
  return actionOf(context, {});
};

/** Streams one way and recordings, which run beside the call. */
export const startVerb: Verb = async (context) => {
  const { call, element, resolve } = context;
  for (const noun of elementsOf(element)) {
    if (noun.name === 'Stream') startStream(call, streamOf({ ...context, element: noun }, false), () => {});
    else if (noun.name === 'Recording') {
      startRecording(call, {
        source: 'StartCallRecordingTwiML',
        channels: noun.attributes.channels === 'mono' ? 1 : 2,
        track: trackOf(noun.attributes.track),
        callback: callbackOf(noun, 'recordingStatusCallback', ['completed'], resolve),
      });
    } else call.report('warning', 12_200, `<Start> has <${noun.name}>, which the fake does not know.`);
  }
  return undefined;
};

export const stopVerb: Verb = async ({ call, element }) => {
  for (const { name, attributes } of elementsOf(element)) {
    if (name !== 'Stream') continue;
    for (const stream of call.streams) if (!stream.isBothWays && stream.name === attributes.name) stream.stop();
  }
  return undefined;
};

export interface StreamSettings {
  readonly url: string;
  readonly name: string | undefined;
  readonly track: string | undefined;
  readonly isBothWays: boolean;
  readonly parameters: Readonly<Record<string, string>>;
  readonly callback: CallbackSettings | undefined;
}

/** Begins a stream. @param onEnded called once, when it is over or did not come about */
export function startStream(call: LiveCall, settings: StreamSettings, onEnded: () => void): LiveStream {
  const { house } = call;
  const { url, isBothWays, parameters, callback } = settings;
  const sid = newSid('MZ');
  const number = house.nextStream();
  let stream: MediaStream | undefined;

  const tell = (event: 'stream-started' | 'stream-stopped' | 'stream-error', error?: string) => {
    if (callback === undefined) return;
    const params = {
      AccountSid: house.accountSid,
      CallSid: call.sid,
      StreamSid: sid,
      StreamName: live.name,
      StreamEvent: event,
      ...(error !== undefined && { StreamError: error }),
      Timestamp: new Date(house.clock.epochMs()).toISOString(),
    };
    house.webhooks.send(callback.url, callback.method, params).catch((failure: unknown) => {
      call.report('warning', 11_200, failure instanceof Error ? failure.message : String(failure));
    });
  };
  const source = (spoken: Uint8Array) => stream?.exchange(spoken, undefined);
  const tap: SoundTap = (spoken, heard) => void stream?.exchange(spoken, heard ?? silence);
  const letGo = () => {
    call.taps.delete(tap);
    if (call.source === source) {
      call.source = undefined;
      call.onKey = undefined;
    }
  };
  const fail = (code: number, why: string) => {
    live.state = 'ended';
    live.endedBy = 'failed';
    call.report('error', code, why);
    tell('stream-error', why);
    // As late as a real failure: whoever began it has to have it first.
    queueMicrotask(onEnded);
  };
  const live: LiveStream = {
    sid,
    name: settings.name ?? sid,
    url,
    isBothWays,
    parameters,
    state: 'opening',
    endedBy: undefined,
    marks: [],
    clears: 0,
    mediaReceived: 0,
    get bufferedMs() {
      return stream?.bufferedMs ?? 0;
    },
    stop: () => stream?.stop(),
  };
  call.streams.push(live);
  if (!isStreamAddress(url)) {
    fail(31_920, `A stream's address begins with wss://, and not "${url}".`);
    return live;
  }
  const long = Object.entries(parameters).find(([name, value]) => name.length + value.length > maxParameterCharacters);
  if (long !== undefined) {
    fail(12_200, `The parameter "${long[0]}" has more than ${maxParameterCharacters} characters with its name.`);
    return live;
  }
  const tracks = tracksOf(settings.track);
  if (tracks === undefined || (isBothWays && settings.track !== undefined && settings.track !== 'inbound_track')) {
    fail(31_941, `The track "${settings.track}" cannot be streamed so.`);
    return live;
  }
  stream = openMediaStream({
    url,
    isBothWays,
    accountSid: house.accountSid,
    callSid: call.sid,
    streamSid: sid,
    tracks,
    customParameters: parameters,
    authToken: house.authToken,
    reach: house.reach,
    network: house.network,
    clock: house.clock,
    onEvent(event) {
      if (event.type === 'started') {
        live.state = 'open';
        if (isBothWays) {
          call.source = source;
          call.onKey = (digit) => stream?.press(digit);
        } else call.taps.add(tap);
        tell('stream-started');
      } else if (event.type === 'received') {
        live.mediaReceived += event.text.startsWith('{"event":"media"') ? 1 : 0;
        house.streamReceived(number, event.text);
        return;
      } else if (event.type === 'mark')
        live.marks = [...live.marks, { name: event.name, atMs: call.person.hears.durationMs }];
      else if (event.type === 'cleared') live.clears += 1;
      else if (event.type === 'report') return call.report(event.level, event.code, event.text);
      else {
        letGo();
        live.state = 'ended';
        live.endedBy = event.closedBy;
        house.streamClosed(number, event.code);
        if (event.closedBy === 'failed') tell('stream-error', event.why);
        else tell('stream-stopped');
        onEnded();
      }
      call.changed();
    },
  });
  return live;
}

/** As Twilio documents it, of a name and its value together. */
const maxParameterCharacters = 500;
const silence = new Uint8Array(160).fill(0xff);

function streamOf({ element, resolve }: Pick<VerbContext, 'element' | 'resolve'>, isBothWays: boolean): StreamSettings {
  const { url = '', name, track } = element.attributes;
  const parameters: Record<string, string> = {};
  for (const child of elementsOf(element)) {
    if (child.name === 'Parameter') parameters[child.attributes.name ?? ''] = child.attributes.value ?? '';
  }
  const callback = callbackOf(element, 'statusCallback', [], resolve);
  return { url, name, track, isBothWays, parameters, callback };
}

/** On loopback, where there is no certificate, a plain socket is let pass. */
function isStreamAddress(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, hostname } = new URL(url);
  return protocol === 'wss:' || (protocol === 'ws:' && /^(?:127\.\d+\.\d+\.\d+|localhost|\[::1\])$/.test(hostname));
}

function tracksOf(track = 'inbound_track'): readonly ('inbound' | 'outbound')[] | undefined {
  if (track === 'inbound_track') return ['inbound'];
  if (track === 'outbound_track') return ['outbound'];
  return track === 'both_tracks' ? ['inbound', 'outbound'] : undefined;
}

function trackOf(track: string | undefined): 'inbound' | 'outbound' | 'both' {
  return track === 'inbound' || track === 'outbound' ? track : 'both';
}
