/** A witness of logs on a port: C2SP tlog-witness over HTTP, for `firebreak witness`. */
import { mkdir } from 'node:fs/promises';
import { createServer, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { FirebreakError } from '@firebreak/contract';
import type { WitnessOptions } from '../cli/world.ts';
import { keyFromFile } from '../execution/seal.ts';
import { systemClock } from '../kernel/clock.ts';
import { isKeyName, noteVerifier } from '../ledger/note.ts';
import { cosigner } from '../ledger/note-signer.ts';
import { createWitness, maximumRequestBytes } from '../ledger/witness/witness.ts';
import { witnessFiles } from '../ledger/witness/witness-files.ts';

/** Runs until the signal aborts. @throws FirebreakError FB-USAGE */
export async function serveWitness({ data, name, logs, host, port, signal, onReady }: WitnessOptions): Promise<void> {
  if (!isKeyName(name)) throw new FirebreakError('FB-USAGE', 'The name of a witness holds no spaces and no plus.');
  const known = logs.flatMap((key) => noteVerifier(key.trim()) ?? []);
  if (known.length < logs.length) throw new FirebreakError('FB-USAGE', 'A log is named by its verifier key.');
  await mkdir(data, { recursive: true, mode: 0o700 });
  const witness = createWitness({
    cosigner: cosigner(name, await keyFromFile(join(data, 'witness.key'))),
    logs: known,
    store: witnessFiles(join(data, 'cosigned')),
    clock: systemClock,
  });
  const server = createServer((request, response) => {
    void (async () => {
      if (request.method !== 'POST' || request.url !== '/add-checkpoint') {
        response
          .writeHead(404, { 'content-type': 'text/plain; charset=utf-8' })
          .end('There is POST /add-checkpoint.\n');
        return;
      }
      const body = await bodyOf(request);
      const { status, type, body: answer } = await witness.addCheckpoint(body ?? Buffer.of());
      response.writeHead(status, { 'content-type': type }).end(answer);
    })().catch(() => response.destroy());
  });
  server.requestTimeout = 30_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const bound = server.address();
  const address = `http://${host.includes(':') ? `[${host}]` : host}:${typeof bound === 'object' ? bound?.port : port}`;
  onReady({ address, verifierKey: witness.verifierKey });
  await new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}

async function bodyOf(request: IncomingMessage): Promise<Buffer | undefined> {
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of request as AsyncIterable<Buffer>) {
    length += piece.length;
    if (length > maximumRequestBytes) return undefined;
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}
