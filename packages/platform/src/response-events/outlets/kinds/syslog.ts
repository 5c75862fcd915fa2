/**
 * Syslog, RFC 5424: over TCP or TLS with octet counting (RFC 6587, RFC 5425), or a datagram each. Syslog answers nothing: told means
 * that it was handed to the connection, and what is lost with a connection that breaks in that moment nobody can know.
 */
import { createSocket } from 'node:dgram';
import { readFile } from 'node:fs/promises';
import { connect as connectTcp, isIPv6, type Socket } from 'node:net';
import { hostname } from 'node:os';
import { connect as connectTls } from 'node:tls';
import type { Message, Outlet, OutletOf } from '../outlet.ts';

/** Of syslog: 2 critical … 6 informational. */
const levels = { critical: 2, high: 3, medium: 4, low: 5, info: 6 } as const;
const connectMs = 10_000;
/** A datagram cannot be longer. */
const longestDatagram = 60_000;

export default (config: OutletOf<'syslog'>): Outlet => {
  const url = new URL(config.address);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const port = Number(url.port);
  let open: Socket | undefined;
  const connection = async (signal: AbortSignal): Promise<Socket> => {
    if (open !== undefined && !open.destroyed && open.writable) return open;
    open = await connected(url.protocol === 'tls:', host, port, config.ca, signal);
    return open;
  };
  return {
    async tell(message, signal) {
      const line = Buffer.from(lineOf(message, config.facility));
      try {
        if (url.protocol === 'udp:') {
          if (line.byteLength > longestDatagram) return { is: 'refused', why: 'It is longer than a datagram can be.' };
          await datagram(line, host, port);
        } else await written(await connection(signal), Buffer.concat([Buffer.from(`${line.byteLength} `), line]));
        return { is: 'told' };
      } catch (error) {
        if (signal.aborted) throw error;
        open?.destroy();
        const code = error instanceof Error && 'code' in error ? String(error.code) : 'no reason given';
        return { is: 'later', why: `There is no connection (${code}).` };
      }
    },
    close: async () => void open?.destroy(),
  };
};

/** `<PRI>1 TIME HOST APP PROCID MSGID [SD] MSG`; the message is the event as JSON. */
export function lineOf({ severity, at, kind, id, incident, ocsf }: Message, facility: number): string {
  const data = [`id="${escaped(id)}"`, ...(incident === null ? [] : [`incident="${escaped(incident)}"`])].join(' ');
  const head = `<${facility * 8 + levels[severity]}>1 ${new Date(at).toISOString()} ${hostname().replace(/[^!-~]/g, '')}`;
  // The number is that of documentation (RFC 5612): we have none of our own.
  return `${head} firebreak ${process.pid} ${kind} [firebreak@32473 ${data}] \ufeff${JSON.stringify(ocsf)}`;
}

function escaped(value: string): string {
  return value.replace(/[\\"\]]/g, '\\$&').replace(/\p{Cc}/gu, ' ');
}

async function connected(
  isTls: boolean,
  host: string,
  port: number,
  ca: string | undefined,
  signal: AbortSignal,
): Promise<Socket> {
  const authority = ca === undefined ? {} : { ca: await readFile(ca) };
  const socket = isTls
    ? connectTls({ host, port, ...(isIPv6(host) ? {} : { servername: host }), ...authority })
    : connectTcp({ host, port });
  return new Promise((resolve, reject) => {
    const end = (error: Error) => {
      socket.destroy();
      reject(error);
    };
    socket.setTimeout(connectMs, () => end(Object.assign(new Error('no connection in time'), { code: 'ETIMEDOUT' })));
    signal.addEventListener('abort', () => end(new Error('stopped')), { once: true });
    socket.once('error', end);
    socket.once(isTls ? 'secureConnect' : 'connect', () => {
      socket.setTimeout(0);
      // What breaks later is seen by the next write.
      socket.removeListener('error', end);
      socket.on('error', () => socket.destroy());
      socket.unref();
      resolve(socket);
    });
  });
}

function written(socket: Socket, bytes: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.write(bytes, (error) => (error === undefined || error === null ? resolve() : reject(error)));
  });
}

function datagram(bytes: Uint8Array, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = createSocket(isIPv6(host) ? 'udp6' : 'udp4');
    socket.once('error', reject);
    socket.send(bytes, port, host, (error) => {
      socket.close();
      if (error === null) resolve();
      else reject(error);
    });
  });
}
