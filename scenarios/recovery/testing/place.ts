/**
 * Where the recovery of a poisoned model takes place: a tracking server; two model servers that cache, one of what is in production, one of
 * a version that stands in; a gateway before both, which people use; what measures them; and Firebreak between people.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { signModel } from '../../../packages/platform/src/artifacts/signing/sign-model.ts';
import { seedUser } from '../../../packages/platform/src/connectors/mlflow/testing/seed.case.ts';
import { basic } from '../../../packages/platform/src/intake/http.ts';
import { loadOrCreateSigner } from '../../../packages/platform/src/ledger/key.ts';
import { signStatement, statementKeyFromPem } from '../../../packages/platform/src/promotion/attestations/envelope.ts';
import { type Gateway, openGateway } from './gateway.ts';

const scripts = import.meta.dirname;
const main = new URL('../../../packages/platform/src/app/main.ts', import.meta.url).pathname;
const made = z.array(z.object({ version: z.string(), run: z.string(), folder: z.string() }));
export const builder = 'https://builder.example/ml';

export interface Version {
  readonly version: string;
  readonly run: string;
  /** The same files as on the tracking server. */
  readonly folder: string;
}

/** Somebody with a session. */
export interface Person {
  readonly name: string;
  ask<T = unknown>(method: string, path: string, body?: object): Promise<T>;
  /** Status and code of an answer that is expected to be a refusal. */
  refused(method: string, path: string, body?: object): Promise<string>;
  bytes(path: string): Promise<Buffer>;
}

const url = process.env.FIREBREAK_MLFLOW_URL ?? '';
const tracking = {
  MLFLOW_TRACKING_URI: url,
  MLFLOW_TRACKING_USERNAME: process.env.FIREBREAK_MLFLOW_USER ?? '',
  MLFLOW_TRACKING_PASSWORD: process.env.FIREBREAK_MLFLOW_PASSWORD ?? '',
  MLFLOW_DISABLE_TELEMETRY: 'true',
  DO_NOT_TRACK: '1',
  GIT_PYTHON_REFRESH: 'quiet',
};
const python = `${process.env.FIREBREAK_MLFLOW_BIN}/python`;
export const server = new URL(url === '' ? 'http://unset' : url).host;

export interface Place {
  readonly folder: string;
  readonly data: string;
  readonly name: string;
  readonly versions: readonly Version[];
  /** Signs in the name of the release: a bundle of a model's folder, a statement about its digest. */
  readonly release: {
    readonly publicKey: string;
    bundle(folder: string): Promise<string>;
    statement(predicateType: string, digest: string, predicate: object): object;
  };
  /** MLflow's API, as somebody. */
  registry(user: string, password: string, method: string, path: string, body?: object): Promise<number>;
  /** What the model server answers to one row. */
  predict(row: readonly number[]): Promise<number>;
  readonly predictUrl: string;
  reload(): Promise<void>;
  /** The way in that users have. */
  readonly gateway: Gateway;
  /** Starts Firebreak over the tracking server; the first person is its admin. */
  serve(
    ...more: readonly string[]
  ): Promise<{ person(name: string, role: string): Promise<Person>; readonly ada: Person }>;
  close(): Promise<void>;
}

export async function openPlace(): Promise<Place> {
  const folder = await mkdtemp(join(tmpdir(), 'firebreak-recovery-'));
  const data = join(folder, 'data');
  const name = `fraud-${process.pid}`;
  const children: ChildProcess[] = [];
  const versions = made.parse(JSON.parse(await said(spawnPython(['models.py', 'train', name, folder]))));
  await seedUser(url, tracking.MLFLOW_TRACKING_USERNAME, tracking.MLFLOW_TRACKING_PASSWORD, name);

  const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const pem = keys.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const publicKey = keys.publicKey.export({ type: 'spki', format: 'pem' }).toString();
  await mkdir(join(data, 'promotion'), { recursive: true });
  const ledger = await loadOrCreateSigner(join(data, 'keys'));
  await writeFile(
    join(data, 'promotion', 'trust.json'),
    JSON.stringify({
      signers: [
        { name: 'release', key: publicKey, may: ['sign', 'provenance', 'evaluate'] },
        { name: 'firebreak', ledgerKey: ledger.verifierKey, may: ['recover'] },
      ],
      builders: [{ id: builder, slsaLevel: 2, signer: 'release' }],
    }),
  );

  const servers = [spawnPython(['server.py', name, 'production']), spawnPython(['server.py', name, '1'])];
  children.push(...servers);
  const [port = '', standIn = ''] = await Promise.all(servers.map(firstLine));
  const gateway = await openGateway(name, { production: `127.0.0.1:${port}`, standIn: `127.0.0.1:${standIn}` });
  const predictUrl = `http://127.0.0.1:${port}/invocations`;
  const post = async (path: string, body: object) => {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, { method: 'POST', body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
    return (await answer.json()) as { readonly predictions: readonly number[] };
  };

  return {
    folder,
    data,
    name,
    versions,
    release: {
      publicKey,
      async bundle(of) {
        const key = {
          privateKey: createPrivateKey(pem),
          publicKey: keys.publicKey,
          hash: 'sha256',
          chain: [],
        } as const;
        const how = { method: 'files', hash: 'sha256', allowSymlinks: false, ignorePaths: [] } as const;
        return (await signModel({ model: of, how, key, signal: new AbortController().signal })).bundle;
      },
      statement(predicateType, digest, predicate) {
        const statement = {
          _type: 'https://in-toto.io/Statement/v1',
          subject: [{ name, digest: { sha256: digest } }],
          predicateType,
          predicate,
        };
        return signStatement(statement, statementKeyFromPem(pem));
      },
    },
    async registry(user, password, method, path, body) {
      const answer = await fetch(`${url}/api/2.0/mlflow/${path}`, {
        method,
        headers: { authorization: basic(user, password), 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return answer.status;
    },
    predictUrl,
    predict: async (row) => (await post('/invocations', { inputs: [row] })).predictions[0] ?? -1,
    reload: async () => void (await post('/reload', {})),
    gateway,

    async serve(...more) {
      const running = spawn(
        process.execPath,
        [main, 'serve', '--data', data, '--port', '0', '--from', `mlflow:${url}`, '--from', gateway.source, ...more],
        {
          stdio: ['ignore', 'pipe', 'inherit'],
          env: { ...process.env, ...tracking, ...gateway.keys, NO_COLOR: '1' },
        },
      );
      children.push(running);
      const link = await lineWith(running, /http:\/\/\S+\/sign-in#link=\S+/);
      const { origin } = new URL(link);
      const ada = await signIn(origin, link, 'Ada');
      return {
        ada,
        async person(who, role) {
          const invited = await ada.ask<{ link: string }>('POST', '/api/invitations', { name: who, role });
          return signIn(origin, invited.link, who);
        },
      };
    },

    async close() {
      await gateway.close();
      for (const child of children.reverse()) {
        if (child.exitCode !== null || child.signalCode !== null) continue;
        child.kill('SIGTERM');
        await once(child, 'exit');
      }
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function spawnPython([script = '', ...args]: readonly string[]): ChildProcess {
  return spawn(python, [join(scripts, script), ...args], {
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { ...process.env, ...tracking },
  });
}

async function said(child: ChildProcess): Promise<string> {
  const line = await lineWith(child, /^\[.*\]$/);
  if (child.exitCode === null) await once(child, 'exit');
  return line;
}

const firstLine = (child: ChildProcess) => lineWith(child, /^\d+$/);

async function lineWith(child: ChildProcess, wanted: RegExp): Promise<string> {
  if (child.stdout === null) throw new Error('it has no output');
  for await (const line of createInterface({ input: child.stdout })) {
    const [found] = wanted.exec(line) ?? [];
    if (found !== undefined) return found;
  }
  throw new Error(`It ended with ${child.exitCode} and never said ${wanted}.`);
}

async function signIn(origin: string, link: string, name: string): Promise<Person> {
  const answer = await fetch(`${origin}/api/sign-in`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ link: link.split('#link=').at(-1), name }),
  });
  if (!answer.ok) throw new Error(`${name} cannot sign in: ${await answer.text()}`);
  const cookie = answer.headers.getSetCookie()[0]?.split(';')[0] ?? '';
  const send = (method: string, path: string, body?: object) =>
    fetch(`${origin}${path}`, {
      method,
      headers: { cookie, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  return {
    name,
    async ask<T>(method: string, path: string, body?: object) {
      const reply = await send(method, path, body);
      if (!reply.ok) throw new Error(`${name}: ${method} ${path}: ${reply.status} ${await reply.text()}`);
      return (await reply.json()) as T;
    },
    async refused(method, path, body) {
      const reply = await send(method, path, body);
      const { code = '' } = (await reply.json()) as { code?: string };
      return `${reply.status} ${code}`;
    },
    bytes: async (path) => Buffer.from(await (await send('GET', path)).arrayBuffer()),
  };
}
