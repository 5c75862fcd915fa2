/** What leaves by HTTP, as whoever listens sees it. */
import { createHmac } from 'node:crypto';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { LedgerEntry } from '@firebreak/contract';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { caseOf, detectionOf } from '../../testing/findings.case.ts';
import { detectionMessage, incidentMessage } from '../messages.ts';
import { openOutlet } from '../open-outlet.ts';
import { outletSchema, outletsSchema } from '../outlet.ts';
import { lineOf } from './syslog.ts';

const heard: { headers: IncomingHttpHeaders; body: string; url: string | undefined }[] = [];
let status = 200;
const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    heard.push({ headers: request.headers, body: Buffer.concat(chunks).toString(), url: request.url });
    response.writeHead(status).end();
  });
});
let url = '';
beforeAll(async () => {
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/in`;
  process.env.OUTLET_SECRET = 'a secret of one line';
});
afterAll(() => server.close());

const { signal } = new AbortController();
const detection = detectionMessage(detectionOf({}), '1.2.3');
const entry: LedgerEntry = {
  v: 1,
  at: '2026-11-21T10:00:06.000Z',
  incident: 'inc_1',
  incidentSeq: 3,
  kind: 'incident.opened',
  actor: 'x',
  body: {},
  blobs: [],
};
const opened = incidentMessage(entry, caseOf({ title: 'a "quoted" }} title' }), [], '1.2.3');
const grown = incidentMessage({ ...entry, incidentSeq: 4, kind: 'detections.joined' }, caseOf({}), [], '1.2.3');
const open = (config: object) =>
  openOutlet(outletSchema.parse({ id: 'x', url, ...config }), 'https://firebreak.example');

test('a webhook is signed, named, and an OCSF event', async () => {
  const outlet = open({
    kind: 'webhook',
    secret: { env: 'OUTLET_SECRET' },
    headers: { Authorization: { env: 'OUTLET_SECRET', prefix: 'Bearer ' } },
  });
  expect(await outlet.tell(detection, signal)).toEqual({ is: 'told' });
  const { headers, body } = heard.at(-1) ?? { headers: {} as IncomingHttpHeaders, body: '' };
  expect(headers['x-firebreak-signature']).toBe(
    `sha256=${createHmac('sha256', 'a secret of one line').update(body).digest('hex')}`,
  );
  expect(headers).toMatchObject({
    authorization: 'Bearer a secret of one line',
    'x-firebreak-delivery': 'a1b2c3',
    'x-firebreak-event': 'detections',
  });
  expect(JSON.parse(body)).toMatchObject({
    class_uid: 2004,
    finding_info: { attacks: [{ technique: { uid: 'T1552.007' } }, { technique: { uid: 'AML.T0024' } }] },
  });
});

test('a ticket has the form that the team wrote, whatever stands in the words', async () => {
  const outlet = open({
    kind: 'ticket',
    body: { fields: { summary: '{{severity}}: {{title}}', labels: ['{{incident}}', '{{nobody}}'], link: '{{link}}' } },
  });
  expect(await outlet.tell(opened, signal)).toEqual({ is: 'told' });
  expect(JSON.parse(heard.at(-1)?.body ?? '')).toEqual({
    fields: {
      summary: 'high: a "quoted" }} title: opened',
      labels: ['inc_1', '{{nobody}}'],
      link: 'https://firebreak.example/incidents/inc_1',
    },
  });
  const before = heard.length;
  expect(await outlet.tell(grown, signal)).toEqual({ is: 'told' });
  expect(heard).toHaveLength(before);
});

test.each([
  [200, 'told'],
  [204, 'told'],
  [301, 'refused'],
  [400, 'refused'],
  [401, 'later'],
  [429, 'later'],
  [503, 'later'],
] as const)('status %i: %s', async (answered, is) => {
  status = answered;
  expect(await open({ kind: 'webhook' }).tell(detection, signal)).toMatchObject({ is });
  status = 200;
});

test('a syslog line keeps what is foreign inside its places', () => {
  const line = lineOf(detectionMessage(detectionOf({ id: 'a"b]c\\d\n', incident: null }), '1'), 13);
  expect(line).toMatch(
    /^<107>1 2026-11-21T10:00:06\.000Z \S+ firebreak \d+ detections \[firebreak@32473 id="a\\"b\\\]c\\\\d "\] \ufeff\{/,
  );
  expect(line).not.toContain('\n');
});

test.each([
  [{ outlets: [{ id: 'A', kind: 'webhook', url: 'http://x' }] }, /not a name/],
  [{ outlets: [{ id: 'a', kind: 'webhook', url: 'file:///etc/passwd' }] }, /url/i],
  [{ outlets: [{ id: 'a', kind: 'syslog', address: 'http://x:1' }] }, /tcp:/],
  [
    {
      outlets: [
        { id: 'a', kind: 'webhook', url: 'http://x' },
        { id: 'a', kind: 'webhook', url: 'http://y' },
      ],
    },
    /same id/,
  ],
])('a description that is wrong is refused: %j', (value, why) => {
  const read = outletsSchema.safeParse(value);
  expect(read.success ? '' : JSON.stringify(read.error.issues)).toMatch(why);
});
