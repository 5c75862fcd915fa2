/** `did`: an audit log beside a small estate. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { couldDidSchema, errorSchema } from '@firebreak/contract';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { world } from '../app/compose.ts';
import { run } from './testing/run.ts';
import { smallEstate } from './testing/small-estate.ts';

const server = 'kubernetes:ServiceAccount/serving/server';
let folder: string;
let from: string;
const did = (...more: string[]) => run(world, ['did', '--from', from, '--compromised', server, ...more]);
const audit = (auditID: string, name: string, code = 200) =>
  JSON.stringify({
    kind: 'Event',
    apiVersion: 'audit.k8s.io/v1',
    auditID,
    stage: 'ResponseComplete',
    verb: 'get',
    user: { username: 'system:serviceaccount:serving:server' },
    objectRef: { resource: 'secrets', namespace: 'serving', name },
    responseStatus: { code },
    requestReceivedTimestamp: '2026-11-20T10:00:00.000000Z',
  });
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'firebreak-did-'));
  from = await smallEstate(join(folder, 'estate'));
  const lines = [audit('1', 'registry'), audit('2', 'gone\u001b[2J'), audit('3', 'other', 403)].join('\n');
  await writeFile(join(folder, 'audit.log'), `${lines}\n${audit('1', 'registry')}\n`);
  await writeFile(join(folder, 'audit.log.gz'), gzipSync(lines));
  await writeFile(join(folder, 'broken.log'), `${lines}\nnot json\n{"some": "thing"}\n`);
});
afterAll(() => rm(folder, { recursive: true }));

test('what was touched, tried and left alone, and the same from a packed log', async () => {
  const plain = await did('--events', join(folder, 'audit.log'), '--json');
  const answer = couldDidSchema.parse(JSON.parse(plain.out));
  expect(answer.log).toMatchObject({ events: 3, duplicates: 1, theirs: 3 });
  expect(
    answer.did.map(({ node, events, refused, known, within }) => [node.name, events, refused, known, within]),
  ).toEqual([
    ['registry', 1, 0, true, true],
    ['gone\u001b[2J', 1, 0, false, false],
    ['other', 0, 1, false, false],
  ]);
  expect(answer.did[0]?.way.map(({ type }) => type)).toEqual(['PERMISSION_DISCOVER', 'SECRET_READ']);
  expect(answer.untouched).toEqual([]);
  const packed = couldDidSchema.parse(JSON.parse((await did('--events', join(folder, 'audit.log.gz'), '--json')).out));
  expect({ ...packed, log: { ...packed.log, duplicates: 1 } }).toEqual(answer);
  const { out } = await did('--events', join(folder, 'audit.log'));
  expect(out).toContain('not in the estate');
  expect(out).not.toContain('\u001b[2J');
});

test('without a log everything is unknown; what cannot be read is told with its line', async () => {
  const none = await did('--json');
  expect(none.exit).toBe(3);
  expect(couldDidSchema.parse(JSON.parse(none.out)).unlogged).toMatchObject([{ system: 'kubernetes' }]);
  const broken = await did('--events', join(folder, 'broken.log'), '--json');
  const { completeness } = couldDidSchema.parse(JSON.parse(broken.out));
  expect(completeness).toMatchObject({
    answer: 'limited',
    reasons: [{ where: 'broken.log#4' }, { where: 'broken.log#5', reason: 'No format knows it.' }],
  });
});

test('a file that is not there and a time that is none are refused', async () => {
  const code = async (...more: string[]) =>
    errorSchema.parse(JSON.parse((await did(...more, '--json')).err).error).code;
  expect(await code('--events', join(folder, 'nothing'))).toBe('FB-SOURCE-UNREADABLE');
  expect(await code('--since', 'yesterday')).toBe('FB-USAGE');
});
