/** Our own response, told by an outlet and brought back by somebody's bus, is read as what it is. */
import { expect, test } from 'vitest';
import { connectors } from '../connectors/index.ts';
import { streamDetectors } from '../detection/stream/index.ts';
import { unpackedEvents } from '../events/event-batch.ts';
import { prepareValues } from '../events/prepare.ts';
import { ocsfEvents } from './ocsf.ts';
import { everyTurn } from './testing/every-turn.case.ts';

test('every turn of an incident comes back as an event of a response, once, and as no finding', async () => {
  const actions = connectors.flatMap((connector) => connector.actions);
  const told: unknown[] = [];
  for await (const event of ocsfEvents(everyTurn(actions), { actions, version: '1.2.3' })) told.push(event);
  const place = { locator: 'bus', received: '2026-11-21T00:00:00.000Z' };
  const { batches, unreadable, passed } = prepareValues(JSON.parse(JSON.stringify(told)) as unknown[], place);
  expect([unreadable, passed]).toEqual([[], []]);
  const events = batches.flatMap(({ frames, packed, pieces }) => [
    ...unpackedEvents({
      ...{ no: 1, places: null, received: new Date(0) },
      ...(packed ? { packed: frames, pieces } : { packed: new Uint8Array(), pieces: [] }),
    }),
  ]);
  expect(events).toHaveLength(told.length);
  expect(new Set(events.map(({ event }) => event.source.format))).toEqual(new Set(['ocsf-remediation']));
  expect(new Set(events.map(({ event }) => event.id)).size).toBe(
    new Set(told.map((each) => JSON.stringify(each))).size,
  );
  expect(events.map(({ event }) => event.outcome)).toContain('failed');
  const isolated = events.find(({ event }) => event.targets[0] === 'kubernetes:Namespace/prod')?.event;
  expect(isolated).toMatchObject({ activity: 'change', operation: 'network remediation: Isolate', outcome: 'done' });
  // Secrets are looked for in all that comes; nothing else makes detections of it.
  const reading = streamDetectors.filter(({ needs }) => needs.includes('ocsf-remediation')).map(({ id }) => id);
  expect(reading).toEqual(['secrets/in-text']);
});
