import { type CallLog, soundSpans, stateSpans } from './call-log.ts';

interface Bar {
  readonly fromMs: number;
  readonly toMs: number;
  readonly label: string;
  readonly kind: string;
}

/** A call as a picture: a lane for each part, time from left to right. Complete in itself, readable on light and on dark. */
export function drawTimeline(log: CallLog, title: string): string {
  const lanes = lanesOf(log);
  const endMs = Math.max(1000, ...lanes.flatMap(({ bars }) => bars.map((bar) => bar.toMs)));
  // Long calls get a wide picture, not a crowded one.
  const perMs = Math.max(0.02, Math.min(0.12, 6000 / endMs));
  const width = Math.ceil(labelWidth + endMs * perMs + 40);
  const height = headHeight + lanes.length * laneHeight + 30;
  const body = lanes.flatMap((lane, index) => drawLane(lane, headHeight + index * laneHeight, perMs, width));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escapeXml(title)}">`,
    `<style>${style}</style>`,
    `<rect class="ground" width="${width}" height="${height}"/>`,
    `<text class="title" x="12" y="24">${escapeXml(title)}</text>`,
    ...drawSeconds(endMs, perMs, height),
    ...body,
    '</svg>',
  ].join('\n');
}

const labelWidth = 80;
const headHeight = 44;
const laneHeight = 34;

const style = `
  text { font: 11px system-ui, sans-serif; fill: #222 }
  .title { font-size: 14px; font-weight: 600 }
  .ground { fill: #fff } .grid { stroke: #ddd } .lane { stroke: #ccc }
  .bar { rx: 3px; fill: #9bb8e8 } .inside { fill: #111 }
  .caller { fill: #f2b26b } .ears { fill: #f5d58a } .waiting { fill: #e4e4e4 } .listening { fill: #f5d58a }
  .processing { fill: #c9b7ea } .responding { fill: #9fd8a8 } .ended { fill: #bbb } .sound { fill: #6fc27e }
  .agent { fill: #c9b7ea } .failed { fill: #ec8f8f } .moment { fill: #d05050 }
  @media (prefers-color-scheme: dark) {
    text { fill: #ddd } .ground { fill: #16181d } .grid { stroke: #2c3038 } .lane { stroke: #3a3f48 } .waiting { fill: #8a8f99 }
  }`;

function lanesOf(log: CallLog): readonly { readonly name: string; readonly bars: readonly Bar[] }[] {
  const overMs = log.closed[0]?.atMs ?? log.endMs;
  const end = (atMs: number | undefined) => Math.min(atMs ?? overMs, overMs);
  return [
    {
      name: 'caller',
      bars: [
        ...log.spoken.map(({ fromMs, toMs, text }) => ({ fromMs, toMs, label: text, kind: 'caller' })),
        ...log.digits.map(({ atMs, digit }) => moment(atMs, `key ${digit}`)),
        ...log.typed.map(({ atMs, text }) => moment(atMs, `types "${text}"`)),
        ...(log.leftAtMs === undefined ? [] : [moment(log.leftAtMs, 'leaves')]),
      ],
    },
    {
      name: 'ears',
      bars: [
        ...log.voiceHeard.map(({ startedAtMs, stoppedAtMs }) => ({
          fromMs: startedAtMs,
          toMs: end(stoppedAtMs),
          label: 'voice',
          kind: 'ears',
        })),
        ...log.finals.map(({ atMs, text }) => moment(atMs, `final: ${text}`)),
        ...log.recognizerFailures.map((atMs) => moment(atMs, 'broken')),
      ],
    },
    {
      name: 'state',
      bars: stateSpans(log)
        .filter(({ state }) => state !== 'ended')
        .map(({ state, fromMs, toMs }) => ({ fromMs, toMs: end(toMs), label: state, kind: state })),
    },
    {
      name: 'agent',
      bars: log.thoughts.map(({ atMs, endedAtMs, abandonedAtMs, cue, outcome }) => ({
        fromMs: atMs,
        toMs: end(endedAtMs ?? abandonedAtMs),
        label: cue.type === 'turn' ? cue.turn.text : cue.type,
        kind: outcome === 'failed' ? 'failed' : 'agent',
      })),
    },
    {
      name: 'voice',
      bars: log.requests.map(({ atMs, endedAtMs, abandonedAtMs, text, outcome }) => ({
        fromMs: atMs,
        toMs: end(endedAtMs ?? abandonedAtMs),
        label: text,
        kind: outcome === 'failed' ? 'failed' : 'agent',
      })),
    },
    {
      name: 'sound',
      bars: soundSpans(log).map(({ fromMs, toMs, request }) => ({
        fromMs,
        toMs: toMs + 20,
        label: request.text,
        kind: 'sound',
      })),
    },
  ];
}

function moment(atMs: number, label: string): Bar {
  return { fromMs: atMs, toMs: atMs, label, kind: 'moment' };
}

function drawLane(
  { name, bars }: { readonly name: string; readonly bars: readonly Bar[] },
  y: number,
  perMs: number,
  width: number,
): readonly string[] {
  const line = `<line class="lane" x1="0" x2="${width}" y1="${y + laneHeight}" y2="${y + laneHeight}"/>`;
  const label = `<text x="12" y="${y + 21}">${name}</text>`;
  return [line, label, ...bars.map((bar) => drawBar(bar, y, perMs))];
}

function drawBar({ fromMs, toMs, label, kind }: Bar, y: number, perMs: number): string {
  const x = labelWidth + fromMs * perMs;
  const length = Math.max(2, (toMs - fromMs) * perMs);
  const title = `<title>${escapeXml(`${Math.round(fromMs)}–${Math.round(toMs)} ms: ${label}`)}</title>`;
  const rect = `<rect class="bar ${kind}" x="${x.toFixed(1)}" y="${y + 7}" width="${length.toFixed(1)}" height="20"/>`;
  // A letter takes about six pixels.
  const letters = Math.floor(length / 6) - 1;
  const inside =
    letters < 3
      ? ''
      : `<text class="inside" x="${(x + 3).toFixed(1)}" y="${y + 21}">${escapeXml(label.slice(0, letters))}</text>`;
  return `<g>${title}${rect}${inside}</g>`;
}

function drawSeconds(endMs: number, perMs: number, height: number): readonly string[] {
  const stepMs = [1000, 2000, 5000, 10_000, 30_000, 60_000].find((ms) => ms * perMs > 50) ?? 300_000;
  const marks: string[] = [];
  for (let atMs = 0; atMs <= endMs; atMs += stepMs) {
    const x = (labelWidth + atMs * perMs).toFixed(1);
    marks.push(`<line class="grid" x1="${x}" x2="${x}" y1="${headHeight - 4}" y2="${height - 20}"/>`);
    marks.push(`<text x="${x}" y="${height - 6}">${atMs / 1000} s</text>`);
  }
  return marks;
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
