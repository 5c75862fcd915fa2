/** A small RFC 3161 authority over HTTP: `openssl ts` behind a port, with certificates of several kinds. For the suites. */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** `expired`: its certificate ended before it signs. `web`: for servers. `both`: for time stamps and more. `ec`: another algorithm. */
export const tsaKinds = ['good', 'ec', 'expired', 'web', 'both'] as const;
export type TsaKind = (typeof tsaKinds)[number];

export interface Tsa {
  readonly folder: string;
  /** PEM of who issued all of the certificates. */
  readonly ca: string;
  url(kind: TsaKind): string;
  /** Answers every request with this, instead of asking openssl. */
  replay(answer: Uint8Array | undefined): void;
  close(): Promise<void>;
}

const usage: Readonly<Record<TsaKind, string>> = {
  good: 'critical,timeStamping',
  ec: 'critical,timeStamping',
  expired: 'critical,timeStamping',
  web: 'critical,serverAuth',
  both: 'critical,timeStamping,serverAuth',
};

export async function startTsa(): Promise<Tsa> {
  const folder = await mkdtemp(join(tmpdir(), 'firebreak-tsa-'));
  const openssl = (...args: string[]) => run('openssl', args, { cwd: folder });
  await openssl(
    ...'req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -days 30 -subj /CN=Test-CA'.split(' '),
    ...['-addext', 'basicConstraints=critical,CA:TRUE', '-addext', 'keyUsage=critical,keyCertSign'],
  );
  for (const kind of tsaKinds) {
    const key = kind === 'ec' ? ['ec', '-pkeyopt', 'ec_paramgen_curve:P-256'] : ['rsa:2048'];
    await openssl(
      ...['req', '-newkey', ...key, '-nodes', '-keyout', `${kind}.key`, '-out', `${kind}.csr`],
      '-subj',
      `/CN=TSA ${kind}`,
    );
    await writeFile(join(folder, `${kind}.ext`), `basicConstraints=CA:FALSE\nextendedKeyUsage=${usage[kind]}\n`);
    // OpenSSL of Debian knows no start of validity here; a negative number of days is one that has ended.
    const days = kind === 'expired' ? '-1' : '20';
    await openssl(
      ...['x509', '-req', '-in', `${kind}.csr`, '-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial'],
      ...['-days', days, '-extfile', `${kind}.ext`, '-out', `${kind}.pem`],
    );
    await mkdir(join(folder, kind));
    await writeFile(join(folder, `${kind}.cnf`), configuration(kind));
    await writeFile(join(folder, kind, 'serial'), '01\n');
  }
  let replayed: Uint8Array | undefined;
  let requests = 0;
  const server = createServer((request, response) => {
    void (async () => {
      const kind = request.url?.slice(1) ?? '';
      const pieces: Buffer[] = [];
      for await (const piece of request as AsyncIterable<Buffer>) pieces.push(piece);
      requests += 1;
      const [query, answer] = [`${requests}.tsq`, `${requests}.tsr`];
      await writeFile(join(folder, query), Buffer.concat(pieces));
      if (replayed === undefined) {
        await openssl('ts', '-reply', '-config', `${kind}.cnf`, '-section', 'tsa', '-queryfile', query, '-out', answer);
      }
      response.setHeader('content-type', 'application/timestamp-reply');
      response.end(replayed ?? (await readFile(join(folder, answer))));
    })().catch((error: unknown) => response.writeHead(500).end(String(error)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    folder,
    ca: await readFile(join(folder, 'ca.pem'), 'utf8'),
    url: (kind) => `http://127.0.0.1:${port}/${kind}`,
    replay: (answer) => {
      replayed = answer;
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function configuration(kind: TsaKind): string {
  return `[tsa]
serial = ${kind}/serial
crypto_device = builtin
signer_cert = ${kind}.pem
certs = ca.pem
signer_key = ${kind}.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha384, sha512
accuracy = secs:1
ordering = no
tsa_name = no
ess_cert_id_chain = no
ess_cert_id_alg = sha256
`;
}
