/** Lines of S3's own, the examples of its user guide among them; lines that somebody made to look like it; and what reads them. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type NormalEvent, normalEventSchema } from '@firebreak/contract';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { feedFiles } from '../../cli/feed/files.ts';
import { normalise } from '../normalise.ts';
import { readEvents } from '../read-events.ts';
import { valueOfLine } from './index.ts';
import format from './s3-access.ts';

const owner = '79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be';
const rest =
  's9lzHYrFp76ZVxRcpX9+5cjAnEH2ROuNkd2BHfIa6UkFVdtjf5mKR3/eTPFvsiP/XV/VLi31234= SigV4 ECDHE-RSA-AES128-GCM-SHA256 AuthHeader amzn-s3-demo-bucket1.s3.us-west-1.amazonaws.com TLSV1.2 arn:aws:s3:us-west-1:123456789012:accesspoint/example-AP Yes';
const versioning = `${owner} amzn-s3-demo-bucket1 [06/Feb/2019:00:00:38 +0000] 192.0.2.3 ${owner} 3E57427F3EXAMPLE REST.GET.VERSIONING - "GET /amzn-s3-demo-bucket1?versioning HTTP/1.1" 200 - 113 - 7 - "-" "S3Console/0.4" - ${rest}`;
const refused = `${owner} weights [06/Feb/2019:02:00:38 +0200] 192.0.2.3 arn:aws:sts::111122223333:assumed-role/job/s1 7B4A0FABBEXAMPLE REST.GET.OBJECT models%2Fm.bin "GET /weights/models/m.bin HTTP/1.1" 403 AccessDenied 243 - 7 - "-" "curl/8" - ${rest}`;

function eventOf(value: unknown): NormalEvent {
  const [only] = normalise(value, { locator: 'log', line: 1, received: '2026-11-21T00:00:00.000Z' });
  if (only === undefined || !('event' in only)) throw new Error(JSON.stringify(only));
  return normalEventSchema.parse(only.event);
}

test('a line says what its JSON form says', () => {
  expect(eventOf(valueOfLine(versioning))).toMatchObject({
    id: 's3-access/3E57427F3EXAMPLE/REST.GET.VERSIONING/',
    time: '2019-02-06T00:00:38.000Z',
    actor: { name: owner, address: '192.0.2.3', agent: 'S3Console/0.4' },
    operation: 's3:REST.GET.VERSIONING',
    outcome: 'done',
    targets: ['aws:Bucket/arn:aws:s3:::amzn-s3-demo-bucket1'],
  });
  expect(eventOf(valueOfLine(refused))).toMatchObject({
    time: '2019-02-06T00:00:38.000Z',
    actor: { id: 'aws:Role/arn:aws:iam::111122223333:role/job', session: 's1' },
    outcome: 'refused',
    reason: 'AccessDenied',
  });
  expect(valueOfLine(versioning)).toMatchObject({ aclrequired: 'Yes', tlsversion: 'TLSV1.2', line: versioning });
});

test.each([
  ['a user agent with a quote', '"S3Console/0.4"', '"a "b"'],
  ['one that looks like the end of the line', '"S3Console/0.4"', `"x" - ${rest} "`],
  ['a request with a quote', '?versioning HTTP', '?x=" HTTP'],
  ['a quote that does not end', '"S3Console/0.4"', '"x'],
])('%s hides nothing that counts', (_, from, to) => {
  expect(eventOf(valueOfLine(versioning.replace(from, to)))).toMatchObject({
    id: 's3-access/3E57427F3EXAMPLE/REST.GET.VERSIONING/',
    actor: { name: owner, address: '192.0.2.3' },
    operation: 's3:REST.GET.VERSIONING',
    outcome: 'done',
  });
});

test('a line that breaks off before its numbers is an event whose outcome nobody knows', () => {
  const line = versioning.slice(0, versioning.indexOf(' 200'));
  expect(eventOf(valueOfLine(line))).toMatchObject({ operation: 's3:REST.GET.VERSIONING', outcome: 'unknown' });
});

test('the side of a copy that is read is a reading', () => {
  const line = refused.replace('REST.GET.OBJECT', 'REST.COPY.OBJECT_GET').replace('403 AccessDenied', '200 -');
  expect(eventOf(valueOfLine(line))).toMatchObject({ activity: 'read', outcome: 'done' });
});

test.each([
  ['no blank but text', 'x'.repeat(1000)],
  ['no time', versioning.replace('06/Feb', '06/Fev')],
  ['no operation of S3', versioning.replace('REST.GET', 'GET')],
  ['longer than any request', versioning + 'x'.repeat(70_000)],
  ['another log', '127.0.0.1 - - [06/Feb/2019:00:00:38 +0000] "GET / HTTP/1.1" 200 2326 "-" "curl/8" - - - -'],
])('%s is no line of it', (_, line) => expect(valueOfLine(line)).toBeUndefined());

test('whatever a line holds is a value or none, at once, and never an exception', () => {
  const word = fc.oneof(
    fc.string(),
    fc.constantFrom('"', '[', ']', ' ', '-', '200', 'REST.GET.OBJECT', '[06/Feb/2019:00:00:38 +0000]'),
  );
  fc.assert(
    fc.property(fc.array(word, { maxLength: 40 }), (words) => {
      const value = format.line(words.join(' '));
      if (value !== undefined) eventOf(value);
    }),
  );
  const began = performance.now();
  const head = versioning.slice(0, versioning.indexOf('"GET'));
  for (const part of ['"', '[', ' ', '" ', 'a ', '" 200 ', '" 200 x', '" 200 - 1 '])
    for (const text of [
      part.repeat(20_000),
      head + part.repeat(60_000 / part.length),
      `${head}"${part.repeat(60_000 / part.length)}`,
    ])
      format.line(text);
  expect(performance.now() - began).toBeLessThan(5000);
});

test('files as S3 names them, beside one that is none', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'firebreak-s3-access-'));
  try {
    await writeFile(join(folder, '2019-02-06-00-10-38-3E57427F33A59F07'), `${versioning}\n${refused}\nnot a line\n`);
    const signal = new AbortController().signal;
    const read = [];
    for await (const each of readEvents(folder, new Date(), signal))
      read.push('event' in each ? each.event.operation : each);
    expect(read).toEqual([
      's3:REST.GET.VERSIONING',
      's3:REST.GET.OBJECT',
      { gap: expect.objectContaining({ code: 'FB-EVENT-UNREADABLE' }) },
    ]);
    const input = (async function* () {})();
    const wish = { path: folder, input, follow: false, places: new Map(), signal, idle: async () => {} };
    const fed = [];
    for await (const each of feedFiles(wish))
      fed.push('gap' in each ? each.gap.reason : JSON.parse(each.text).operation);
    expect(fed).toEqual(['REST.GET.VERSIONING', 'REST.GET.OBJECT', 'A line is no JSON in UTF-8.']);
  } finally {
    await rm(folder, { recursive: true });
  }
});
