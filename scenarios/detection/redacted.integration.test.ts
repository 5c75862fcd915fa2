/**
 * What must not be kept is nowhere: secrets of every kind that we know, addresses and card numbers go through a real `serve --redact` in
 * logs of several forms, one of them in an event that becomes a detection. Then everything that the server wrote or sent is looked
 * through: all tables of its database, packed or not, files of events that left it, its ledger, its ways out, its own log.
 */
import { chmod, glob, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { zstdDecompressSync } from 'node:zlib';
import pg from 'pg';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { cloudTrailEvent, kubernetesEvent } from '../../bench/event-bodies.ts';
import { shippedSecretRules } from '../../packages/platform/src/detection/secrets/index.ts';
import { SecretSearch } from '../../packages/platform/src/detection/secrets/secret-search.ts';
import { openStorage } from '../../packages/platform/src/storage/storage.ts';
import { type TestServer, testServer } from '../../packages/platform/src/storage/test-database.ts';
import { plantedSecrets } from '../secrets/planted.ts';
import { type Served, served } from './testing/served.ts';

/** Stands in every event, and is no secret; in the one that becomes a detection, mallory does. Where neither is found, nobody looked. */
const harmless = 'harmless-marker-8431';
const personal = ['ann.smith@acme.example', '4111 1111 1111 1111', 'E-204417'];

const heard: string[] = [];
const receiver = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    heard.push(Buffer.concat(chunks).toString());
    response.writeHead(200).end();
  });
});

let database: TestServer;
let url: string;
let data: string;
let args: string[];
let server: Served | undefined;
beforeAll(async () => {
  database = await testServer();
  url = await database.database();
  data = await mkdtemp(join(tmpdir(), 'firebreak-redacted-'));
  await chmod(data, 0o755);
  await new Promise<void>((resolve) => void receiver.listen(0, '127.0.0.1', resolve));
  const to = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`;
  const [redact, outlets] = [join(data, 'redact.yaml'), join(data, 'outlets.yaml')];
  const rules = [
    ...['secrets', 'email', 'card'].map((preset) => ({ preset })),
    { kind: 'staff', pattern: 'E-\\d{6}' },
    { kind: 'password', fields: ['requestParameters.password'] },
  ];
  await writeFile(redact, JSON.stringify({ redact: rules }));
  const tells = ['detections', 'incidents', 'response'];
  await writeFile(outlets, JSON.stringify({ outlets: [{ id: 'siem', kind: 'webhook', url: to, tells, from: 'low' }] }));
  args = ['--data', data, '--database', url, '--redact', redact, '--outlets', outlets, '--hot-days', '1'];
});
afterAll(async () => {
  await ended();
  receiver.close();
  await database.stop();
  await rm(data, { recursive: true, force: true });
});

async function ended(): Promise<string> {
  server?.running.kill('SIGTERM');
  const said = await server?.running.ended;
  server = undefined;
  return `${said?.stdout}${said?.stderr}`;
}

interface Planted {
  readonly text: string;
  readonly secrets: readonly string[];
  /** Told by its looks alone: that is looked for where people and models speak, and not in audit logs, which are full of ids. */
  readonly generic: boolean;
}

/** A text of each kind, and what our own rules say is the secret in it. Names of keys stay, by intent. */
function planted(): Planted[] {
  const search = new SecretSearch(shippedSecretRules());
  const rules = shippedSecretRules().rules.filter(({ identifier }) => !identifier);
  return plantedSecrets(rules, 2, 77).map(({ rule, text }) => {
    const found = search.find(text, 'planted').found.filter((each) => !each.rule.identifier);
    if (found.length === 0) throw new Error(`Nothing was planted for ${rule}.`);
    return { text, secrets: found.map(({ secret }) => secret), generic: found.some((each) => each.rule.generic) };
  });
}

const invocation = (text: string, at: number) => ({
  schemaType: 'ModelInvocationLog',
  schemaVersion: '1.0',
  timestamp: `2026-11-20T10:00:${String(at % 60).padStart(2, '0')}Z`,
  accountId: '111122223333',
  identity: { arn: 'arn:aws:sts::111122223333:assumed-role/agent/session' },
  region: 'eu-west-1',
  requestId: `invocation-${at}`,
  operation: 'Converse',
  modelId: 'anthropic.claude-3-haiku-20240307-v1:0',
  input: {
    inputContentType: 'application/json',
    inputBodyJson: { messages: [{ role: 'user', content: [{ text: `${harmless} ${text}` }] }] },
  },
  output: { outputContentType: 'application/json', outputBodyJson: { output: { message: { content: [{ text }] } } } },
});

/** In turns where CloudTrail, Kubernetes and a gateway write what people typed. */
function eventWith(text: string, at: number, generic: boolean): object {
  if (generic) return invocation(text, at);
  if (at % 3 === 0)
    return {
      ...cloudTrailEvent(at),
      userAgent: harmless,
      requestParameters: { note: text, password: `pw-${at}-Zq81` },
    };
  const kubernetes = { ...kubernetesEvent(at), userAgent: harmless };
  if (at % 3 === 1) return { ...kubernetes, requestObject: { spec: { containers: [{ env: [{ value: text }] }] } } };
  return { ...kubernetes, annotations: { note: text }, requestURI: `/api/v1/pods?q=${text}` };
}

const stops = (text: string) => ({
  ...cloudTrailEvent(7),
  eventID: 'deciding',
  eventSource: 'cloudtrail.amazonaws.com',
  eventName: 'StopLogging',
  userAgent: `${harmless} ${text}`,
  userIdentity: {
    type: 'IAMUser',
    accountId: '111122223333',
    arn: 'arn:aws:iam::111122223333:user/mallory',
    userName: `mallory ${harmless} ${text}`,
  },
  requestParameters: { name: `main ${text}` },
  resources: [],
});

/** Text, and what is packed in bytes. */
function* written(bytes: Buffer): Generator<string> {
  yield bytes.toString();
  for (let from = bytes.indexOf(magic); from >= 0; from = bytes.indexOf(magic, from + 1)) {
    const next = bytes.indexOf(magic, from + 1);
    try {
      yield zstdDecompressSync(bytes.subarray(from, next < 0 ? undefined : next)).toString();
    } catch {
      // Not the beginning of a frame, or one that holds those bytes itself: then the pieces before told it.
    }
  }
}
const magic = Buffer.from([0x28, 0xb5, 0x2f, 0xfd]);

/** Everything in all tables, by table. */
async function inDatabase(): Promise<Map<string, string[]>> {
  const client = new pg.Client(url);
  await client.connect();
  const found = new Map<string, string[]>();
  try {
    const { rows: tables } = await client.query<{ name: string }>(
      "select table_schema || '.' || table_name as name from information_schema.tables where table_schema not in ('pg_catalog', 'information_schema')",
    );
    for (const { name } of tables) {
      const { rows } = await client.query<Record<string, unknown>>(`select * from ${name}`);
      const texts = rows.flatMap((row) =>
        Object.values(row).flatMap((value) => (Buffer.isBuffer(value) ? [...written(value)] : [JSON.stringify(value)])),
      );
      found.set(name, texts);
    }
  } finally {
    await client.end();
  }
  return found;
}

test('what is to be cut out is in no table, file, message or log; what is not is in all of them', async () => {
  const texts = planted();
  const events = texts.map(({ text, generic }, at) => eventWith(`${text} of ${personal.join(', ')}`, at, generic));
  const passwords = texts.flatMap((_, at) => (at % 3 === 0 ? [`pw-${at}-Zq81`] : []));
  const secrets = [...new Set([...texts.flatMap((each) => each.secrets), ...personal, ...passwords])];
  expect(secrets.length).toBeGreaterThan(100);

  server = await served(args);
  const decisive = `${texts[0]?.text} ${personal[0]}`;
  expect(await server.post('/api/log', events)).toMatchObject({
    status: 200,
    body: { kept: events.length, problems: [] },
  });
  expect(await server.post('/api/log', [stops(decisive)])).toMatchObject({ body: { kept: 1, problems: [] } });
  await vi.waitFor(() => expect(heard.some((body) => body.includes('mallory'))).toBe(true), {
    timeout: 60_000,
    interval: 250,
  });
  const status = await server.get<{ line: { redacted: { kind: string }[] } }>('/api/intake');
  const kinds = new Set(status.line.redacted.map(({ kind }) => kind));
  for (const kind of ['email', 'card', 'staff', 'password']) expect(kinds).toContain(kind);
  const logs = [await ended()];

  // As if all of it had come in days ago: columns are made, and at its next start the server moves it to files.
  const before = await inDatabase();
  const storage = await openStorage({ url });
  try {
    await storage.eventStore.append([], new Date());
    expect(await storage.columnNext(new Date(Date.now() + 1000))).toBe(events.length + 1);
  } finally {
    await storage.close();
  }
  const columned = await inDatabase();
  const client = new pg.Client(url);
  await client.connect();
  await client.query("update event_block set received = received - interval '3 days'");
  await client.end();
  server = await served(args);
  expect(await server.post('/api/log', [kubernetesEvent(0)])).toMatchObject({ body: { kept: 1, problems: [] } });
  logs.push(await ended());
  server = await served(args);
  const cold = async () => {
    const files: string[] = [];
    for await (const file of glob(join(data, 'events', 'cold', '*'))) files.push(file);
    return files;
  };
  await vi.waitFor(
    async () => expect((await cold()).filter((file) => file.endsWith('.columns')).length).toBeGreaterThan(0),
    { timeout: 60_000, interval: 250 },
  );
  const everything = `/api/hunt?limit=500&q=${encodeURIComponent('everything')}`;
  // The file is there a moment before the events are its own: until then an answer says that something moved meanwhile.
  const hunter = server;
  const hunted = await vi.waitFor(
    async () => {
      const answer = await hunter.get<{ events: readonly unknown[]; completeness: unknown }>(everything);
      expect(answer.completeness).toEqual({ answer: 'complete' });
      return answer;
    },
    { timeout: 60_000, interval: 250 },
  );
  expect(hunted.events.length).toBe(events.length + 2);
  const shown: string[] = [];
  for (const { event } of hunted.events as { event: { id: string } }[])
    shown.push(JSON.stringify(await server.get(`/api/event/${encodeURIComponent(event.id)}`)));
  const files = await Promise.all((await cold()).map(async (file) => [...written(await readFile(file))].join('\n')));
  logs.push(await ended());
  const after = await inDatabase();

  const places = new Map<string, readonly string[]>([
    ...[...before, ...columned, ...after].map(([table, rows], at) => [`${at} ${table}`, rows] as const),
    ['messages', heard],
    ['files', files],
    ['answers', shown],
    ['logs', logs],
  ]);
  // Whoever finds no marker has not looked.
  const tellers = [...places]
    .filter(([, all]) => all.some((text) => text.includes(harmless) || text.includes('mallory')))
    .map(([place]) => place.replace(/^\d+ /, ''));
  expect(new Set(tellers)).toEqual(
    new Set([
      ...tellers,
      'public.event_block',
      'public.event_columns',
      'public.detection',
      'messages',
      'files',
      'answers',
    ]),
  );
  const leaks: string[] = [];
  for (const [place, all] of places) {
    const text = all.join('\n');
    for (const secret of secrets)
      if (text.includes(secret) || text.includes(JSON.stringify(secret).slice(1, -1)))
        leaks.push(`${place}: ${secret}`);
  }
  expect(leaks).toEqual([]);
});
