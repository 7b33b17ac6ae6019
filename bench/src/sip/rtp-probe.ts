import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';

/** The media end of a sample of calls: hears what the server sends, and speaks itself. Calls are told apart by the servers' addresses and ports. */
export interface RtpProbe {
  readonly port: number;
  /** From now on packets are counted anew. */
  measure(): void;
  readonly figures: ProbeFigures;
  close(): void;
}

export interface ProbeFigures {
  /** The server's port of each call. */
  readonly ports: readonly number[];
  readonly packets: number;
  readonly lost: number;
  /** Packets that never were: one is due each 20 ms, however they are numbered. */
  readonly missing: number;
  /** How far each packet came from its time after the one before it, in milliseconds. */
  readonly deviationsMs: readonly number[];
}

interface Heard {
  readonly address: string;
  readonly port: number;
  readonly ssrc: number;
  /** Where it begins in what is said, so that callers do not speak at once. */
  place: number;
  /** The sequence number before the first that counts. */
  first: number;
  /** The highest one, with the wraps counted in. */
  highest: number;
  packets: number;
  /** When the last one before those that count came. */
  firstAtMs: number;
  lastTimestamp: number;
  lastAtMs: number;
  sentSequence: number;
  sentTimestamp: number;
}

const headerBytes = 12;
const payloadBytes = 160;
const frameMs = 20;
/** Enough for a percentile, and no more memory than that. */
const maxDeviations = 500_000;
/** Callers begin so far from one another in what they say. */
const placeStepBytes = 7_919;

/** @param speech µ-law of 8 kHz that every call says over and over */
export async function openRtpProbe(address: string, port: number, speech: Uint8Array): Promise<RtpProbe> {
  const socket: Socket = createSocket({ type: 'udp4', recvBufferSize: 4 * 1_048_576 });
  socket.bind(port, address);
  await once(socket, 'listening');
  const calls = new Map<string, Heard>();
  let deviationsMs: number[] = [];

  socket.on('message', (packet, { address, port }) => {
    const nowMs = performance.now();
    if (packet.length < headerBytes || (packet[0] ?? 0) >> 6 !== 2) return;
    const ssrc = packet.readUInt32BE(8);
    const sequence = packet.readUInt16BE(2);
    const timestamp = packet.readUInt32BE(4);
    const from = `${address}:${port}`;
    const known = calls.get(from);
    if (known === undefined || known.ssrc !== ssrc) {
      calls.set(from, {
        ...{ address, port, ssrc, place: (calls.size * placeStepBytes) % speech.length },
        ...{ first: sequence - 1, highest: sequence, packets: 1, lastTimestamp: timestamp },
        ...{ firstAtMs: nowMs, lastAtMs: nowMs },
        ...{ sentSequence: 0, sentTimestamp: 0 },
      });
      return;
    }
    let step = (sequence - known.highest) & 0xff_ff;
    if (step > 0x7f_ff) step -= 0x1_00_00;
    known.packets += 1;
    if (step <= 0) return;
    known.highest += step;
    if (deviationsMs.length < maxDeviations) {
      const dueMs = ((timestamp - known.lastTimestamp) | 0) / 8;
      deviationsMs.push(Math.abs(nowMs - known.lastAtMs - dueMs));
    }
    known.lastTimestamp = timestamp;
    known.lastAtMs = nowMs;
  });

  const say = (call: Heard) => {
    const packet = Buffer.allocUnsafe(headerBytes + payloadBytes);
    call.sentSequence = (call.sentSequence + 1) & 0xff_ff;
    call.sentTimestamp = (call.sentTimestamp + payloadBytes) >>> 0;
    packet[0] = 0x80;
    packet[1] = 0;
    packet.writeUInt16BE(call.sentSequence, 2);
    packet.writeUInt32BE(call.sentTimestamp, 4);
    packet.writeUInt32BE(call.port, 8);
    for (let n = 0; n < payloadBytes; n += 1)
      packet[headerBytes + n] = speech[(call.place + n) % speech.length] ?? 0xff;
    call.place = (call.place + payloadBytes) % speech.length;
    socket.send(packet, call.port, call.address);
  };
  let nextMs = performance.now();
  const timer = setInterval(() => {
    const nowMs = performance.now();
    // As many frames as are due, however late the timer is; those of a long stall are left out.
    if (nowMs - nextMs > 10 * frameMs) nextMs = nowMs;
    for (; nextMs <= nowMs; nextMs += frameMs) for (const call of calls.values()) say(call);
  }, frameMs / 4);

  return {
    port,
    measure() {
      deviationsMs = [];
      for (const call of calls.values()) {
        call.first = call.highest;
        call.firstAtMs = call.lastAtMs;
        call.packets = 0;
      }
    },
    get figures() {
      const all = [...calls.values()];
      const expected = all.reduce((sum, call) => sum + call.highest - call.first, 0);
      const packets = all.reduce((sum, call) => sum + call.packets, 0);
      const due = all.reduce((sum, call) => sum + (call.lastAtMs - call.firstAtMs) / frameMs, 0);
      const missing = Math.max(0, due - expected);
      return {
        ports: all.map(({ port }) => port),
        packets,
        lost: Math.max(0, expected - packets),
        missing,
        deviationsMs,
      };
    },
    close() {
      clearInterval(timer);
      socket.close();
    },
  };
}
