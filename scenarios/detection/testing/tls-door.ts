/** TLS in front of a server, as whoever runs one puts it there: an API server sends its token to nobody without. */
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

export interface Door {
  readonly address: string;
  /** File of the certificate that it shows, which signed itself. */
  readonly certificate: string;
  /** Until then it answers 503. */
  leadsTo(address: string): void;
  close(): void;
}

export async function openDoor(folder: string): Promise<Door> {
  const [key, certificate] = [join(folder, 'door.key'), join(folder, 'door.crt')];
  const subject = ['-subj', '/CN=door', '-addext', 'subjectAltName=IP:127.0.0.1', '-days', '2'];
  const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  execFileSync('openssl', ['req', '-x509', ...kind, ...subject, '-keyout', key, '-out', certificate], {
    stdio: 'ignore',
  });
  let to: string | undefined;
  const door = createServer({ key: readFileSync(key), cert: readFileSync(certificate) }, (asked, answer) => {
    if (to === undefined) {
      answer.writeHead(503).end();
      return;
    }
    const { host: _door, ...headers } = asked.headers;
    const passed = request(new URL(asked.url ?? '/', to), { method: asked.method ?? 'GET', headers }, (told) => {
      answer.writeHead(told.statusCode ?? 502, told.headers);
      told.pipe(answer);
    });
    passed.once('error', () => answer.writeHead(502).end());
    asked.pipe(passed);
  });
  door.listen(0, '127.0.0.1');
  await once(door, 'listening');
  return {
    address: `https://127.0.0.1:${(door.address() as AddressInfo).port}`,
    certificate,
    leadsTo: (address) => {
      to = address;
    },
    close: () => {
      door.closeAllConnections();
      door.close();
    },
  };
}
