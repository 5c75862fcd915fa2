/** Logs in a bucket of a real S3 server, some of whose answers somebody in between makes fail. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { CreateBucketCommand, DeleteObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { readEvents } from '../../events/read-events.ts';
import { type ServedDemo, serveDemo } from '../testing/served-demo.ts';
import { feedBucket } from './bucket.ts';
import type { FeedPlace } from './place.ts';

const { FIREBREAK_S3_URL = '', FIREBREAK_S3_KEY = '', FIREBREAK_S3_SECRET = '' } = process.env;
const bucket = `trail-${process.pid}`;
const trail = `s3://${bucket}/AWSLogs/`;
/** Keys whose bytes the server does not give out. */
const failing = new Set<string>();
/** Keys at which the connection breaks off after so many bytes. */
const breaking = new Map<string, number>();
let between: Server;
let client: S3Client;
let folder: string;
let served: ServedDemo;

beforeAll(async () => {
  between = createServer((asked, answer) => {
    if (asked.method === 'GET' && [...failing].some((key) => asked.url?.includes(key))) {
      answer.writeHead(503).end();
      return;
    }
    const { url = '', method, headers } = asked;
    const onward = request(new URL(url, FIREBREAK_S3_URL), { method, headers }, (response) => {
      answer.writeHead(response.statusCode ?? 500, response.headers);
      const most = [...breaking].find(([key]) => asked.method === 'GET' && url.includes(key))?.[1];
      if (most === undefined) response.pipe(answer);
      else breakOff(response, answer, most);
    });
    onward.on('error', () => answer.destroy());
    asked.pipe(onward);
  });
  await new Promise<void>((resolve) => between.listen(0, '127.0.0.1', resolve));
  process.env.AWS_ENDPOINT_URL_S3 = `http://127.0.0.1:${(between.address() as AddressInfo).port}`;
  process.env.AWS_REGION = 'us-east-1';
  process.env.AWS_ACCESS_KEY_ID = FIREBREAK_S3_KEY;
  process.env.AWS_SECRET_ACCESS_KEY = FIREBREAK_S3_SECRET;
  client = new S3Client({ forcePathStyle: true });
  await client.send(new CreateBucketCommand({ Bucket: bucket }));
  folder = await mkdtemp(join(tmpdir(), 'firebreak-bucket-'));
  served = await serveDemo();
});
afterAll(async () => {
  await served?.close();
  client?.destroy();
  between?.closeAllConnections();
  between?.close();
  await rm(folder, { recursive: true });
});

const event = (id: string) => ({
  eventID: id,
  eventTime: '2026-11-20T10:00:00Z',
  eventSource: 's3.amazonaws.com',
  eventName: 'GetObject',
  userIdentity: { type: 'IAMUser', arn: 'arn:aws:iam::111122223333:user/x' },
});
const packed = (...ids: string[]) => gzipSync(JSON.stringify({ Records: ids.map(event) }));
const put = (Key: string, Body: Buffer | string) => client.send(new PutObjectCommand({ Bucket: bucket, Key, Body }));
const key = (name: string, region = 'us-east-1') => `AWSLogs/111122223333/CloudTrail/${region}/2026/11/22/${name}`;

/** What comes of a bucket, and the place behind the last of it. */
async function read(options: { readonly place?: FeedPlace; readonly since?: Date } = {}) {
  const ids: string[] = [];
  const gaps: string[] = [];
  let place = options.place;
  const places = new Map(place === undefined ? [] : [[trail, place]]);
  const signal = new AbortController().signal;
  const wish = {
    path: trail,
    input: nothing(),
    follow: false,
    places,
    signal,
    idle: async () => {},
    since: options.since,
  };
  for await (const fed of feedBucket(wish))
    if ('gap' in fed) gaps.push(`${fed.gap.where} ${fed.gap.reason}`);
    else {
      ids.push(idOf(fed.text));
      place = fed.place ?? place;
    }
  return { ids, gaps, ...(place === undefined ? {} : { place }) };
}

test('files of a trail, oldest first and each once, whatever lies beside them', async () => {
  await put(key('1.json.gz', 'us-west-2'), packed('w1', 'w2'));
  // S3 tells times to the second.
  await sleep(1100);
  await put(key('2.jsonl.zst'), zstdCompressSync(`${JSON.stringify(event('e1'))}\n{broken\n`));
  await put('AWSLogs/111122223333/CloudTrail-Digest/us-east-1/d.json.gz', gzipSync('{"digestStartTime": "x"}'));
  await put(key('model.bin'), Buffer.alloc(100));
  await put(key('cut.json.gz'), packed('never').subarray(0, 30));
  const first = await read();
  expect(first.ids).toEqual(['w1', 'w2', 'e1']);
  expect(first.gaps).toEqual([
    expect.stringMatching(/2\.jsonl\.zst A line is no JSON/),
    expect.stringMatching(/cut\.json\.gz It is packed, and broken/),
  ]);
  // The broken one may have been broken on its way: it is tried again, and what was read is not.
  const second = await read(first);
  expect(second.ids).toEqual([]);
  expect(second.gaps).toEqual([expect.stringMatching(/cut\.json\.gz/)]);
  await put(key('cut.json.gz'), packed('mended'));
  // Earlier in the order of keys than all that was read.
  await put(key('0.json.gz', 'ap-south-1'), packed('a1'));
  const third = await read(first);
  expect(third.ids.toSorted()).toEqual(['a1', 'mended']);
  expect((await read(third)).ids).toEqual([]);
  expect((await read({ since: new Date(Date.now() + 60_000) })).ids).toEqual([]);
});

test('followed: what cannot be had is tried again, what went away is told, the rest does not wait', async () => {
  const late = key('late.json.gz');
  const lost = key('lost.json.gz');
  failing.add('late.json').add('lost.json');
  await put(late, packed('late1'));
  await put(lost, packed('lost1'));
  const stop = new AbortController();
  const seen: string[] = [];
  const gaps: string[] = [];
  const places = new Map<string, FeedPlace>();
  let looks = 0;
  const idle = async () => {
    looks += 1;
  };
  const wish = { path: trail, input: nothing(), follow: true, places, signal: stop.signal, idle };
  const following = (async () => {
    for await (const fed of feedBucket(wish, 200))
      if ('gap' in fed) gaps.push(`${fed.gap.where} ${fed.gap.reason}`);
      else {
        seen.push(idOf(fed.text));
        if (fed.place !== undefined) places.set(trail, fed.place);
      }
  })().catch(() => undefined);
  await vi.waitFor(() => expect(looks).toBeGreaterThan(0), { timeout: 60_000 });
  expect(seen).toContain('e1');
  await put(key('new.json.gz'), packed('new1'));
  await vi.waitFor(() => expect(seen).toContain('new1'), { timeout: 60_000 });
  expect(places.get(trail)).toMatchObject({ unread: expect.arrayContaining([late, lost]) });
  await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: lost }));
  failing.delete('late.json');
  await vi.waitFor(() => expect(seen).toContain('late1'), { timeout: 60_000 });
  stop.abort();
  await following;
  expect(seen.filter((id) => id === 'e1')).toHaveLength(1);
  expect(seen).not.toContain('lost1');
  expect(gaps.filter((each) => each.includes('late.json'))).toEqual([expect.stringContaining('tried again')]);
  expect(gaps).toContainEqual(expect.stringMatching(/lost\.json\.gz It went away/));
});

test('firebreak ingest, with a state; and what reads logs by itself', async () => {
  const state = join(folder, 'state.json');
  const first = await served.as('Ruth', 'ingest', trail, '--state', state);
  expect(JSON.parse(first.out)).toMatchObject({ kept: 7, duplicates: 0, unreadable: 1 });
  expect(JSON.parse((await served.as('Ruth', 'ingest', trail, '--state', state)).out)).toMatchObject({ kept: 0 });
  await put(key('3.json.gz'), packed('x1'));
  expect(JSON.parse((await served.as('Ruth', 'ingest', trail, '--state', state)).out)).toMatchObject({ kept: 1 });
  const logs = [];
  for await (const each of readEvents(trail, new Date(), new AbortController().signal))
    if ('event' in each) logs.push(each.event.source.locator);
  expect(logs).toHaveLength(8);
  expect(logs[0]).toMatch(new RegExp(`^s3://${bucket}/AWSLogs/`));
});

test('a connection that breaks off in the middle is taken up where it stood', async () => {
  const large = key('large.jsonl');
  const lines = Array.from({ length: 60_000 }, (_, at) => `${JSON.stringify(event(`large-${at}`))}\n`).join('');
  await put(large, lines);
  breaking.set('large.jsonl', 2_500_000);
  const seen = await read();
  breaking.clear();
  expect(seen.ids.filter((id) => id.startsWith('large-'))).toEqual(
    Array.from({ length: 60_000 }, (_, at) => `large-${at}`),
  );
  expect(seen.gaps.filter((each) => each.includes('large'))).toEqual([]);
});

test('a bucket that is none, is not there, or a state that is broken is refused', async () => {
  expect((await served.as('Ruth', 'ingest', 's3://X')).err).toContain('FB-USAGE');
  const absent = await served.as('Ruth', 'ingest', `s3://${bucket}-not/x`);
  expect(absent.err).toContain('FB-SOURCE-UNREADABLE');
  expect(absent.err).toMatch(/NoSuchBucket.*s3:ListBucket/);
  const state = join(folder, 'broken.json');
  await writeFile(state, '{"version": 1, "files": {"s3://b/": {"file": 7}}}');
  expect((await served.as('Ruth', 'ingest', trail, '--state', state)).err).toContain('FB-USAGE');
});

function breakOff(from: IncomingMessage, to: ServerResponse, most: number): void {
  let sent = 0;
  from.on('data', (chunk: Buffer) => {
    to.write(chunk);
    sent += chunk.length;
    if (sent >= most) setTimeout(() => to.destroy(), 50);
  });
  from.on('end', () => to.end());
}

async function* nothing(): AsyncGenerator<Uint8Array> {
  // Nothing comes by standard input.
}

function idOf(text: string): string {
  return (JSON.parse(text) as { eventID: string }).eventID;
}
