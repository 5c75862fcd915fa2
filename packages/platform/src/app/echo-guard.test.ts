/** Findings of others become detections tied to what they name; ours, whatever relay brings them back, do not. */
import type { Detection, KeptDetection, NormalEvent } from '@firebreak/contract';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SigmaEngine } from '../detection/sigma/engine/sigma-engine.ts';
import { streamDetectors } from '../detection/stream/index.ts';
import { Watch } from '../detection/watch.ts';
import type { KeptEvent } from '../events/kept-event.ts';
import { normalise } from '../events/normalise.ts';
import { detectionFinding, incidentFinding } from '../response-events/finding-events.ts';
import { findingsAsSarif } from '../response-events/sarif.ts';
import { caseOf, detectionOf } from '../response-events/testing/findings.case.ts';

import { EchoGuard } from './echo-guard.ts';

const place = { locator: 'a bus', received: '2026-11-21T12:00:00.000Z' };

/** A Firebreak without its database: what it takes in, what it finds, and by which ids others know what it told. */
class Firebreak {
  readonly ids = new Set<string>();
  readonly detections: Detection[] = [];
  readonly #events = new Map<string, { event: NormalEvent; raw: unknown }>();
  readonly #watch = new Watch({ engine: new SigmaEngine({ sources: [] }), detectors: streamDetectors });
  readonly guard = new EchoGuard({
    events: { byId: async (id) => this.#events.get(id) as KeptEvent | undefined },
    ours: async (ids) => new Set(ids.filter((id) => this.ids.has(id))),
  });

  /** @returns new detections */
  async take(value: unknown): Promise<readonly Detection[]> {
    const found: Detection[] = [];
    for (const each of normalise(value, place)) {
      if (!('event' in each)) throw new Error(JSON.stringify(each));
      if (this.#events.has(each.event.id)) continue;
      this.#events.set(each.event.id, each);
      found.push(...this.#watch.see(each));
    }
    const kept = await this.guard.withoutEchoes(found);
    for (const each of kept) {
      this.ids.add(each.id);
      this.detections.push(each);
    }
    return kept;
  }
}

const kept = (detection: Detection, incident: string | null): KeptDetection => ({
  ...detection,
  takenAt: detection.last,
  incident,
  joined: null,
  judgement: null,
  suppressedBy: null,
});

const finding = (more: object = {}) => ({
  class_uid: 2004,
  type_uid: 200401,
  activity_id: 1,
  severity_id: 4,
  time: 1795600000000,
  message: 'A key was used from a new country.',
  metadata: { version: '1.8.0', uid: 'm-1', product: { name: 'GuardDuty', vendor_name: 'AWS' } },
  finding_info: { uid: 'f-1', title: 'Unusual use of a key', analytic: { name: 'UnauthorizedAccess:IAMUser' } },
  evidences: [
    { actor: { user: { uid: 'arn:aws:sts::111122223333:assumed-role/trainer/job', credential_uid: 'ASIAX' } } },
  ],
  resources: [
    { uid: 'arn:aws:s3:::models/weights.bin' },
    { type: 'Pod', namespace: 'ml', name: 'trainer-0' },
    { type: 'Pod', name: 'without-a-namespace' },
  ],
  ...more,
});

test('a finding of another product is a detection on what it names, told once however often it comes', async () => {
  const here = new Firebreak();
  const [found, ...more] = await here.take(finding());
  expect(more).toEqual([]);
  expect(found).toMatchObject({
    detector: 'ocsf/GuardDuty/UnauthorizedAccess:IAMUser',
    title: 'Unusual use of a key',
    severity: 'high',
    by: ['aws:Role/arn:aws:iam::111122223333:role/trainer'],
    about: expect.arrayContaining(['kubernetes:Pod/ml/trainer-0']),
  });
  expect(found?.about.some((node) => node.includes('arn:aws:s3:::models'))).toBe(true);
  expect(await here.take(finding({ time: 1795600060000, type_uid: 200402, activity_id: 2 }))).toEqual([]);
  expect(await here.take(finding({ finding_info: { uid: 'f-2', title: 'Another' } }))).toHaveLength(1);
});

test.each([
  [2001, { status_id: 1 }, 1],
  [2002, { vulnerabilities: [{ cve: { uid: 'CVE-2026-1' } }] }, 1],
  [2003, { compliance: { control: 'C.1', status_id: 3 } }, 1],
  [2003, { compliance: { control: 'C.1', status_id: 1 } }, 0],
  [2004, { status_id: 4 }, 0],
  [2004, { activity_id: 3 }, 0],
  [2005, { status_id: 3, finding_info_list: [{ uid: 'theirs', title: 'x' }] }, 1],
  [2005, { status_id: 5 }, 0],
])('class %i with %j: %i', async (class_uid, more, count) => {
  expect(await new Firebreak().take(finding({ class_uid, ...more }))).toHaveLength(count);
});

const id = fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: 32, maxLength: 32 });
const exported = fc
  .record({
    id,
    title: fc.string({ minLength: 1 }),
    detector: fc.constantFrom('sigma/1', 'agent/retry-storm', 'ocsf/Other/rule', 'webhook/falco'),
    severity: fc.constantFrom('low', 'medium', 'critical'),
    incident: fc.constantFrom('inc_1', 'inc_2'),
    asIncident: fc.boolean(),
  })
  .map(({ asIncident, ...about }) => {
    const detection = detectionOf(about as Partial<KeptDetection>);
    const row = caseOf({ id: about.incident, members: [detection] });
    return {
      ids: [about.id, about.incident],
      event: asIncident ? incidentFinding(row, row.members, '1') : detectionFinding(detection, '1'),
    };
  });
const relay = fc.record({
  product: fc.option(fc.record({ name: fc.string({ minLength: 1 }), vendor_name: fc.string() }), { nil: undefined }),
  metadata: fc.dictionary(fc.constantFrom('log_name', 'loggers', 'processed_time', 'correlation_uid'), fc.jsonValue()),
  dropsUnmapped: fc.boolean(),
  time: fc.integer({ min: 1_700_000_000_000, max: 1_800_000_000_000 }),
});

test('whatever we told makes no detection when it comes back, also when a relay rewrote all but its uid', async () => {
  await fc.assert(
    fc.asyncProperty(exported, relay, async ({ ids, event }, { product, metadata, dropsUnmapped, time }) => {
      const here = new Firebreak();
      for (const each of ids) here.ids.add(each);
      const original = event as unknown as Record<string, unknown> & { metadata: Record<string, unknown> };
      const relayed = {
        ...original,
        time,
        metadata: { ...original.metadata, ...metadata, ...(product === undefined ? {} : { product }) },
        ...(dropsUnmapped ? { unmapped: undefined } : {}),
      };
      expect(await here.take(event)).toEqual([]);
      expect(await here.take(JSON.parse(JSON.stringify(relayed)))).toEqual([]);
      expect(here.guard.counts).toEqual([{ format: 'ocsf-finding', events: expect.any(Number) }]);
      // And somebody who has not told it hears it.
      expect(await new Firebreak().take(event)).toHaveLength(1);
    }),
    { numRuns: 60 },
  );
});

test('among three in a ring, behind relays that rename the product, a finding is told round and ends', async () => {
  const ring = [new Firebreak(), new Firebreak(), new Firebreak()] as const;
  const first = detectionOf({ id: 'd'.repeat(32), incident: null });
  ring[0].ids.add(first.id);
  let told: readonly unknown[] = [detectionFinding(first, '1')];
  let hops = 0;
  for (let at = 1; told.length > 0; at = (at + 1) % 3) {
    hops += 1;
    expect(hops).toBeLessThan(10);
    const next: unknown[] = [];
    for (const each of told) {
      const { metadata, ...rest } = each as { metadata: object };
      const relayed = { ...rest, metadata: { ...metadata, product: { name: `relay ${at}` } } };
      for (const found of await (ring[at] as Firebreak).take(relayed))
        next.push(detectionFinding(kept(found, null), '1'));
    }
    told = next;
  }
  expect(ring.map(({ detections }) => detections.length)).toEqual([0, 1, 1]);
});

test('an incident that holds something new is heard, one of nothing but ours is not', async () => {
  const here = new Firebreak();
  here.ids.add('a'.repeat(32));
  const of = (...uids: string[]) =>
    finding({
      class_uid: 2005,
      metadata: { version: '1.8.0', uid: 'inc_theirs', product: { name: 'Firebreak' } },
      finding_info: undefined,
      finding_info_list: uids.map((uid) => ({ uid })),
    });
  expect(await here.take(of('a'.repeat(32)))).toEqual([]);
  expect(await new Firebreak().take(of('a'.repeat(32)))).toHaveLength(1);
  const other = new Firebreak();
  other.ids.add('a'.repeat(32));
  expect(await other.take(of('a'.repeat(32), 'b'.repeat(32)))).toHaveLength(1);
});

test('our alerts and results carry marks of ours', async () => {
  const here = new Firebreak();
  const alert = (labels: object) => ({
    version: '4',
    receiver: 'firebreak',
    groupLabels: {},
    alerts: [
      {
        status: 'firing',
        labels,
        annotations: {},
        startsAt: '2026-11-21T10:00:00Z',
        fingerprint: JSON.stringify(labels),
      },
    ],
  });
  expect(await here.take(alert({ alertname: 'FirebreakIncident', id: 'inc_9' }))).toEqual([]);
  here.ids.add('inc_1');
  expect(await here.take(alert({ alertname: 'Renamed', incident: 'inc_1' }))).toEqual([]);
  expect(await here.take(alert({ alertname: 'DiskFull', id: '/system.slice' }))).toHaveLength(1);
  const sarif = findingsAsSarif(
    [
      {
        detector: 'state/x',
        title: 'T',
        severity: 'high',
        what: 'w',
        why: 'y',
        next: 'n',
        where: { locator: 'a.yaml', line: 1 },
        techniques: [],
      } as never,
    ],
    '1',
  );
  expect(await here.take(sarif)).toEqual([]);
  const renamed = JSON.parse(JSON.stringify(sarif).replaceAll('"Firebreak"', '"merged"')) as unknown;
  expect(await here.take(renamed)).toEqual([]);
  const theirs = JSON.parse(
    JSON.stringify(renamed).replaceAll('firebreakFinding/v1', 'line').replaceAll('"merged"', '"theirs"'),
  ) as unknown;
  expect(await here.take(theirs)).toHaveLength(1);
});
