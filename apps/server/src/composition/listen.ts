import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import type { FastifyInstance } from 'fastify';
import type { Config } from '../config.ts';
import { StartError, systemCode } from '../start-errors.ts';

/** @throws StartError `port_in_use`, `config_invalid` */
export async function listen(app: FastifyInstance, { host, port }: Config): Promise<number> {
  try {
    await app.listen({ host, port });
  } catch (error) {
    const code = systemCode(error);
    if (code === 'EADDRINUSE') {
      throw new StartError(
        'port_in_use',
        `Port ${port} is in use. Stop what uses it, or choose another: PORT=8090 npm start`,
      );
    }
    if (code === 'EACCES') {
      throw new StartError(
        'port_in_use',
        `Port ${port} needs rights that this user lacks. Choose one above 1023: PORT=8090 npm start`,
      );
    }
    if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
      throw new StartError(
        'config_invalid',
        `HOST ${host} is no address of this machine. Use localhost, or 0.0.0.0 for all.`,
      );
    }
    throw error;
  }
  const address = app.server.address();
  return typeof address === 'object' && address !== null ? address.port : port;
}

/**
 * The media port is opened with the first call; that it is free is said at start.
 * @throws StartError `port_in_use`
 */
export async function checkUdpPort(port: number): Promise<void> {
  const socket = createSocket('udp4');
  try {
    socket.bind(port);
    await once(socket, 'listening');
  } catch (error) {
    throw new StartError(
      'port_in_use',
      `UDP port ${port} cannot be used for calls (${systemCode(error)}). Choose another: WEBRTC_PORT=8091 npm start`,
      { cause: error },
    );
  } finally {
    socket.close();
  }
}
