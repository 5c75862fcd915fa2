/**
 * A watch that passes over what the first look lets pass finds and remembers what one finds that sees every event, whatever comes in
 * whatever order: events that no rule is true of, ones that rules count, calls of agents whose pods platform logs then name, secrets,
 * times out of order.
 */
import type { Detection, SeenEvent } from '@firebreak/contract';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readLogSources } from '../cli/rule-folder.ts';
import { BatchBuilder } from '../events/event-batch.ts';
import type { KeptEvent } from '../events/kept-event.ts';
import { eachLook, type LookAtKept } from '../events/look.ts';
import { read, told } from './agent/testing/agent-events.ts';
import { lookerOf } from './first-look.ts';
import { auditEngine } from './sigma/testing/audit-rules.ts';
import { streamDetectors } from './stream/index.ts';
import { Watch } from './watch.ts';

const sources = await readLogSources(undefined, new AbortController().signal);
const fewReads = `title: few reads
id: few
correlation:
  type: event_count
  rules: [read]
  group-by: [user.username]
  timespan: 5m
  condition: {lt: 3}
`;
const start = Date.parse('2026-11-02T08:00:00Z');
let number = 0;

const pods = ['helper-5d8f7c9b6d-x2x4z', 'helper-5d8f7c9b6d-b7b8c', 'web-7c9b6d5d8f-b7b8c'];
const audit = fc
  .record({
    verb: fc.constantFrom('get', 'list', 'watch', 'delete'),
    user: fc.constantFrom('helper', 'deployer', 'web'),
    pod: fc.option(fc.constantFrom(...pods)),
    address: fc.constantFrom('10.0.0.7', '10.0.0.8', undefined),
    text: fc.constantFrom('x', 'x', 'x', `ghp_${'a1B2c3D4e5'.repeat(4)}`),
  })
  .map(({ verb, user, pod, address, text }) => (at: number): SeenEvent => {
    number += 1;
    return read({
      kind: 'Event',
      apiVersion: 'audit.k8s.io/v1',
      auditID: `audit ${number}`,
      stage: 'ResponseComplete',
      verb,
      requestReceivedTimestamp: new Date(start + at * 1000).toISOString(),
      user: {
        username: `system:serviceaccount:agents:${user}`,
        ...(pod === null ? {} : { extra: { 'authentication.kubernetes.io/pod-name': [pod] } }),
      },
      ...(address === undefined ? {} : { sourceIPs: [address] }),
      objectRef: { resource: 'configmaps', namespace: 'agents', name: text },
      responseStatus: { code: 200 },
    });
  });
const agent = fc
  .record({ tool: fc.constantFrom('read_file', 'send_email'), pod: fc.option(fc.constantFrom(...pods)) })
  .map(
    ({ tool, pod }) =>
      (at: number) =>
        told(at, { tool, ...(pod === null ? {} : { pod }) }),
  );
const unknown = fc.constant((at: number) =>
  read({ eventVersion: '1.09', eventID: `trail ${at}`, eventSource: 's3.amazonaws.com', eventName: 'GetObject' }),
);
const events = fc.array(
  fc.record({
    make: fc.oneof({ weight: 8, arbitrary: audit }, { weight: 1, arbitrary: agent }, { weight: 1, arbitrary: unknown }),
    later: fc.oneof({ weight: 9, arbitrary: fc.nat(200) }, { weight: 1, arbitrary: fc.integer({ min: -900, max: 0 }) }),
  }),
  { minLength: 1, maxLength: 150 },
);

const withRules = () => auditEngine(sources, fewReads);

/** Through a batch, as looks come to the watch. */
function looksAt(seen: readonly SeenEvent[], looker = lookerOf(withRules(), streamDetectors)): LookAtKept[] {
  const builder = new BatchBuilder(looker.by);
  for (const { event, raw } of seen)
    builder.add(event, JSON.stringify(raw), looker.look({ event, raw, rawText: JSON.stringify(raw) }));
  const { looks, times } = builder.build();
  if (looks === undefined) throw new Error('no looks');
  return [...eachLook({ looks, times })];
}

const asKept = ({ event, raw }: SeenEvent, look: LookAtKept | undefined): KeptEvent => {
  if (look === undefined) throw new Error('no look');
  return { no: 1, received: new Date(start), event, raw, rawText: JSON.stringify(raw), look };
};

const withText = (seen: SeenEvent): SeenEvent => ({ ...seen, rawText: JSON.stringify(seen.raw) });

test('what is passed over changes nothing', () => {
  let [passed, all] = [0, 0];
  fc.assert(
    fc.property(events, (made) => {
      let at = 0;
      const seen = made.map(({ make, later }) => {
        at += later;
        return withText(make(at));
      });
      const looks = looksAt(seen);
      const sees = new Watch({ engine: withRules(), detectors: streamDetectors });
      const passes = new Watch({ engine: withRules(), detectors: streamDetectors });
      const found: [Detection[], Detection[]] = [[], []];
      for (const [place, each] of seen.entries()) {
        const received = start + at * 1000;
        found[0].push(...sees.see(each, received));
        const pass = passes.pass(asKept(each, looks[place]), received);
        found[1].push(...(pass ?? passes.see(each, received)));
        if (pass !== undefined) passed += 1;
      }
      all += seen.length;
      const end = start + at * 1000 + 3_600_000;
      found[0].push(...sees.advance(end));
      found[1].push(...passes.advance(end));
      expect(found[1]).toEqual(found[0]);
      // What was touched when is told by the order of lists, and an agents' memory of nothing is as good as none.
      expect(passes.state().sigma).toEqual(sees.state().sigma);
      expect(passes.state().rolls).toEqual(sees.state().rolls);
    }),
    { numRuns: 150 },
  );
  expect(passed / all).toBeGreaterThan(0.2);
});

test('a look by other rules says nothing', () => {
  const seen = read({
    eventVersion: '1.09',
    eventID: 'one',
    eventTime: '2026-11-02T08:00:00Z',
    eventSource: 's3.amazonaws.com',
    eventName: 'GetObject',
  });
  const other = auditEngine(sources, fewReads, 'patch');
  const [look] = looksAt([seen]);
  const [others] = looksAt([seen], lookerOf(other, streamDetectors));
  const watch = new Watch({ engine: withRules(), detectors: streamDetectors });
  expect(watch.pass(asKept(seen, look), start)).toEqual([]);
  expect(watch.pass(asKept(seen, others), start)).toBeUndefined();
});
