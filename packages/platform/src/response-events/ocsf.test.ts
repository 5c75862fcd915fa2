import type { LedgerEntry } from '@firebreak/contract';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { connectors } from '../connectors/index.ts';
import { type OcsfEvent, ocsfEvents } from './ocsf.ts';
import { everyTurn } from './testing/every-turn.case.ts';

const about = { actions: connectors.flatMap((connector) => connector.actions), version: '1.2.3' };

async function eventsOf(entries: readonly LedgerEntry[]): Promise<OcsfEvent[]> {
  const events: OcsfEvent[] = [];
  for await (const event of ocsfEvents(entries, about)) events.push(event);
  return events;
}

test('each turn is one event of the class that fits what was acted on', async () => {
  const events = await eventsOf(everyTurn(about.actions));
  expect(new Set(events.map(({ class_uid: uid }) => uid))).toEqual(new Set([7001, 7002, 7003, 7004]));
  for (const { class_uid: uid, type_uid: type, activity_id: activity, category_uid: category } of events) {
    expect(type).toBe(uid * 100 + Number(activity));
    expect(category).toBe(7);
  }
  const of = (kind: string) => events.find(({ metadata }) => (metadata as { event_code: string }).event_code === kind);
  expect(of('incident.contained')).toMatchObject({ status: 'Success', activity_name: 'Contain' });
  expect(of('incident.not-contained')).toMatchObject({ status: 'Partial', severity: 'High' });
  expect(of('step.refused')).toMatchObject({ status: 'Failure', status_code: 'FB-STEP-REFUSED', status_detail: 'no' });
});

test('a network step and its undo', async () => {
  const only = everyTurn(about.actions).filter(({ body }) => body.action === 'kubernetes.isolate-network');
  const [done, , , undone] = await eventsOf(only);
  expect(done).toMatchObject({
    class_uid: 7004,
    type_uid: 700401,
    activity_name: 'Isolate',
    connection_info: { direction_id: 0, uid: 'kubernetes:Namespace/prod' },
    countermeasures: [{ d3f_technique: { uid: 'D3-NI' } }, { d3f_technique: { uid: 'D3-NTF' } }],
    metadata: { correlation_uid: 'inc_x', product: { name: 'Firebreak', version: '1.2.3' } },
  });
  expect(undone).toMatchObject({
    type_uid: 700403,
    activity_name: 'Restore',
    countermeasures: [{ d3f_technique: { uid: 'D3-RNA', name: 'Restore Network Access' } }],
  });
});

test('entries that are no turn give none, whatever they hold', async () => {
  const entry = fc.record({
    v: fc.constant(1 as const),
    at: fc.constant('2026-01-01T00:00:00.000Z'),
    incident: fc.constantFrom('inc_x', null),
    incidentSeq: fc.nat(),
    kind: fc.constantFrom('step.before', 'step.done', 'plan.made', 'incident.opened', 'watch.back', 'x'),
    actor: fc.string(),
    body: fc.dictionary(fc.string(), fc.jsonValue()),
    blobs: fc.constant<LedgerEntry['blobs']>([]),
  });
  await fc.assert(
    fc.asyncProperty(entry, async (drawn) => {
      const events = await eventsOf([drawn]);
      expect(events.length).toBeLessThanOrEqual(1);
      if (['step.before', 'watch.back', 'x'].includes(drawn.kind)) expect(events).toEqual([]);
    }),
  );
});

test('foreign text is bounded', async () => {
  const [event] = await eventsOf([
    {
      v: 1,
      at: '2026-01-01T00:00:00.000Z',
      incident: 'inc_x',
      incidentSeq: 0,
      kind: 'incident.opened',
      actor: 'a'.repeat(10_000),
      body: { title: 't'.repeat(100_000) },
      blobs: [],
    },
  ]);
  expect(JSON.stringify(event).length).toBeLessThan(6000);
});
