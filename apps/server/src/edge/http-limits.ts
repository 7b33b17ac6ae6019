import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { type ErrorCode, errorCatalogue, WireError } from '@parley/contract/errors.ts';
import type { FastifyHttpOptions, FastifyReply, FastifyRequest } from 'fastify';
import type { EdgeSettings } from './edge-settings.ts';

export interface HttpLimits {
  /** From the connection's first byte to the end of the headers. */
  readonly headersTimeoutMs: number;
  /** To the end of the body. */
  readonly requestTimeoutMs: number;
  readonly keepAliveTimeoutMs: number;
  /** Names, values and the address together. */
  readonly maxHeaderBytes: number;
  readonly maxConnections: number;
}

export const httpLimitsDefaults: HttpLimits = {
  // Headers are one packet or two; who takes longer than this keeps a connection for its own sake.
  headersTimeoutMs: 10_000,
  // 128 KiB at the pace of a bad mobile network.
  requestTimeoutMs: 30_000,
  // Longer than the minute after which load balancers drop idle connections, so that none of theirs meets a closed one.
  keepAliveTimeoutMs: 65_000,
  // A JWT and a handful of cookies are 4 KiB.
  maxHeaderBytes: 16 * 1024,
  // Two thousand WebSockets and as many requests, with room; beyond it the operating system's backlog holds them.
  maxConnections: 10_000,
};

/** The part of Fastify's options that keeps slow and oversized requests from holding the server. */
export function edgeServerOptions({ trustedProxies }: EdgeSettings, limits: HttpLimits = httpLimitsDefaults) {
  return {
    // Only what a listed proxy says of the client counts; without a list nobody's headers do.
    trustProxy: trustedProxies.length === 0 ? false : [...trustedProxies],
    requestTimeout: limits.requestTimeoutMs,
    keepAliveTimeout: limits.keepAliveTimeoutMs,
    http: {
      headersTimeout: limits.headersTimeoutMs,
      maxHeaderSize: limits.maxHeaderBytes,
      // How often time-outs are looked after: the precision of both.
      connectionsCheckingInterval: Math.min(1000, limits.headersTimeoutMs / 4),
    },
    // Ids are 36 characters, idempotency keys and cursors are not in paths.
    routerOptions: { maxParamLength: 200 },
    return503OnClosing: true,
    clientErrorHandler: (error, socket) => refuseRaw(socket, codes[error.code ?? ''] ?? 'invalid_request'),
    // What the router cannot read has no handler; answered as any other error.
    frameworkErrors: (_error: Error, request: FastifyRequest, reply: FastifyReply) => {
      const error = new WireError('not_found');
      void reply.status(error.status).send({ error: error.message, code: error.code, trace_id: request.id });
    },
  } satisfies FastifyHttpOptions<Server>;
}

const codes: Readonly<Record<string, ErrorCode>> = {
  ERR_HTTP_REQUEST_TIMEOUT: 'request_timeout',
  HPE_HEADER_OVERFLOW: 'headers_too_large',
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 'body_too_large',
};

/** Answers what never became a request, and ends the connection. */
function refuseRaw(socket: Socket, code: ErrorCode): void {
  if (!socket.writable || socket.destroyed) return void socket.destroy();
  const { status, message } = errorCatalogue[code];
  const body = JSON.stringify({ error: message, code, trace_id: '-' });
  socket.once('finish', () => socket.destroy());
  socket.end(
    `HTTP/1.1 ${status} ${code}\r\nContent-Type: application/json\r\nConnection: close\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}
