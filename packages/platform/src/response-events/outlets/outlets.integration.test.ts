/** What is told arrives at the real ones: Alertmanager, rsyslog (peers/), and is what was meant. */
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LedgerEntry } from '@firebreak/contract';
import { afterAll, expect, test } from 'vitest';
import { caseOf, detectionOf } from '../testing/findings.case.ts';
import { detectionMessage, incidentMessage } from './messages.ts';
import { openOutlet } from './open-outlet.ts';
import { type Outlet, outletSchema } from './outlet.ts';

const {
  FIREBREAK_ALERTMANAGER_URL: alertmanager,
  FIREBREAK_RSYSLOG_ADDRESS: address,
  FIREBREAK_RSYSLOG_FILE: file,
} = process.env;
const signal = new AbortController().signal;
const open: Outlet[] = [];
afterAll(() => Promise.all(open.map((outlet) => outlet.close())));
function outletTo(config: object): Outlet {
  const outlet = openOutlet(
    outletSchema.parse({ id: 'it', tells: ['incidents', 'detections'], ...config }),
    'https://firebreak.example',
  );
  open.push(outlet);
  return outlet;
}
const entry: LedgerEntry = {
  v: 1,
  at: new Date().toISOString(),
  incident: 'inc_1',
  incidentSeq: 0,
  kind: 'incident.opened',
  actor: 'x',
  body: {},
  blobs: [],
};
const opened = incidentMessage(entry, caseOf({}), [], '1.2.3');
const closed = incidentMessage(
  { ...entry, incidentSeq: 4, kind: 'incident.closed' },
  caseOf({ closed: { as: 'resolved', by: 'ann', at: entry.at, reason: 'done' } }),
  [],
  '1.2.3',
);

async function alerts(): Promise<
  { labels: Record<string, string>; annotations: Record<string, string>; generatorURL: string }[]
> {
  if (alertmanager === undefined)
    throw new Error('FIREBREAK_ALERTMANAGER_URL is not set: the suite starts peers/alertmanager');
  return (await (await fetch(`${alertmanager}/api/v2/alerts`)).json()) as Awaited<ReturnType<typeof alerts>>;
}

test('an incident stands as an alert of Alertmanager until it is closed', async () => {
  const outlet = outletTo({ kind: 'alertmanager', url: alertmanager });
  expect(await outlet.tell(opened, signal)).toEqual({ is: 'told' });
  expect(await outlet.tell(opened, signal)).toEqual({ is: 'told' });
  const standing = (await alerts()).filter(({ labels }) => labels.alertname === 'FirebreakIncident');
  expect(standing).toMatchObject([
    {
      labels: { id: 'inc_1', incident: 'inc_1' },
      annotations: { summary: 'predictor-runner reads secrets: opened', severity: 'high' },
      generatorURL: 'https://firebreak.example/incidents/inc_1',
    },
  ]);
  expect(await outlet.tell(closed, signal)).toEqual({ is: 'told' });
  await expect
    .poll(async () => (await alerts()).filter(({ labels }) => labels.alertname === 'FirebreakIncident').length, {
      timeout: 20_000,
    })
    .toBe(0);
});

test('what is told over syslog is parsed by rsyslog as it was meant', async () => {
  if (file === undefined) throw new Error('FIREBREAK_RSYSLOG_FILE is not set: the suite starts peers/rsyslog');
  const outlet = outletTo({ kind: 'syslog', address });
  const hostile = detectionOf({ id: 'h"]\\ostile', title: 'line\nbreak \u0000 <13>1 forged' });
  for (const message of [opened, detectionMessage(hostile, '1.2.3')])
    expect(await outlet.tell(message, signal)).toEqual({ is: 'told' });
  let lines: string[] = [];
  for (let tries = 0; tries < 100 && lines.length < 2; tries += 1) {
    await sleep(100);
    lines = (await readFile(file, 'utf8').catch(() => '')).split('\n').filter((line) => line !== '');
  }
  const heard = lines.map((line) => JSON.parse(line) as Record<string, string>);
  expect(heard).toHaveLength(2);
  expect(heard[0]).toMatchObject({
    severity: 'err',
    program: 'firebreak',
    id: 'incidents',
    data: '[firebreak@32473 id="inc_1/0" incident="inc_1"]',
  });
  const event = JSON.parse(String(heard[1]?.message).replace(/^[^{]*/, '')) as { finding_info: { title: string } };
  expect(event.finding_info.title).toBe(hostile.title);
});

test('where nobody answers it waits, and says so', async () => {
  const nobody = outletTo({ kind: 'syslog', address: 'tcp://127.0.0.1:1' });
  expect(await nobody.tell(opened, signal)).toEqual({ is: 'later', why: 'There is no connection (ECONNREFUSED).' });
  const elsewhere = outletTo({ kind: 'alertmanager', url: 'http://127.0.0.1:1' });
  expect(await elsewhere.tell(opened, signal)).toMatchObject({ is: 'later' });
});
