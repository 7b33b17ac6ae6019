import type { Socket } from 'node:net';

/** Counts connections that others opened to us, from their first byte, and keeps them within bounds. */
export interface ConnectionQuota {
  /** May this address have one more? */
  hasShare(address: string, isTrusted: boolean): boolean;
  /** @param opened how many stand in all, ours too, those in a handshake perhaps not */
  isFull(opened: number): boolean;
  /** From now until the socket closes. */
  count(socket: Socket, address: string): void;
  close(): void;
}

export function createConnectionQuota(max: number, maxPerAddress: number): ConnectionQuota {
  const sockets = new Set<Socket>();
  const perAddress = new Map<string, number>();
  return {
    hasShare: (address, isTrusted) => isTrusted || (perAddress.get(address) ?? 0) < maxPerAddress,
    isFull: (opened) => Math.max(opened, sockets.size) >= max,
    count(socket, address) {
      sockets.add(socket);
      perAddress.set(address, (perAddress.get(address) ?? 0) + 1);
      socket.once('close', () => {
        sockets.delete(socket);
        const left = (perAddress.get(address) ?? 1) - 1;
        if (left > 0) perAddress.set(address, left);
        else perAddress.delete(address);
      });
    },
    close() {
      for (const socket of sockets) socket.destroy();
    },
  };
}
