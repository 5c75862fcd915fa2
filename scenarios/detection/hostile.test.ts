/**
 * Whatever an event holds, no rule and no detector falls over it or is stopped by it: events of real form in which any field was
 * exchanged for anything, through the watch with everything on.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cloudTrailEvent, kubernetesEvent } from '../../bench/event-bodies.ts';
import { RuleKeeper } from '../../packages/platform/src/app/rule-keeper.ts';
import { streamDetectors } from '../../packages/platform/src/detection/stream/index.ts';
import { Watch } from '../../packages/platform/src/detection/watch.ts';
import { normalise } from '../../packages/platform/src/events/normalise.ts';

const { engine } = await RuleKeeper.open([], new AbortController().signal);
const attribute = (key: string, stringValue: string) => ({ key, value: { stringValue } });
const span = {
  resourceSpans: [
    {
      resource: { attributes: [attribute('service.name', 'agent'), attribute('k8s.pod.name', 'agent-0')] },
      scopeSpans: [
        {
          spans: [
            {
              traceId: '5b8efff798038103d269b633813fc60c',
              spanId: 'eee19b7ec3c1b174',
              name: 'execute_tool read_file',
              startTimeUnixNano: '1795168800000000000',
              endTimeUnixNano: '1795168801000000000',
              attributes: [
                attribute('gen_ai.operation.name', 'execute_tool'),
                attribute('gen_ai.tool.name', 'read_file'),
                attribute('gen_ai.tool.call.arguments', '{"path":"/etc/passwd"}'),
                attribute('gen_ai.conversation.id', 'c1'),
              ],
            },
          ],
        },
      ],
    },
  ],
};
const seeds = [kubernetesEvent(1), cloudTrailEvent(2), span] as const;

const deep = (levels: number): unknown => {
  let value: unknown = 'bottom';
  for (let level = 0; level < levels; level += 1) value = level % 2 === 0 ? [value] : { '': value };
  return value;
};
const strange = fc.oneof(
  { weight: 4, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
  fc.constantFrom<unknown>(
    deep(2000),
    'a'.repeat(300_000),
    `${'='.repeat(50_000)}!`,
    Object.fromEntries(Array.from({ length: 5000 }, (_, at) => [`k${at}`, at])),
    Array.from({ length: 5000 }, () => null),
    JSON.parse('{"__proto__":{"x":1},"constructor":{"prototype":{}},"hasOwnProperty":1,"toString":null}'),
    '\ud800\0\u202e',
    -0,
    1e308,
    '9999-99-99T99:99:99Z',
    '2099-01-01T00:00:00Z',
    '10.0.0.0/99',
    '::ffff:1.2.3.4%x',
  ),
);

/** Paths of all fields of a value. */
function pathsOf(value: unknown, before: readonly (string | number)[] = []): (string | number)[][] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, each]) => {
    const path = [...before, Array.isArray(value) ? Number(key) : key];
    return [path, ...pathsOf(each, path)];
  });
}

function exchange(value: object, path: readonly (string | number)[], by: unknown): void {
  let place = value as Record<string | number, unknown>;
  for (const key of path.slice(0, -1)) {
    const next = place[key];
    // Something above it was exchanged already.
    if (typeof next !== 'object' || next === null) return;
    place = next as Record<string | number, unknown>;
  }
  place[path.at(-1) ?? ''] = by;
}

const hostile = fc.constantFrom(...seeds).chain((seed) =>
  fc.array(fc.tuple(fc.constantFrom(...pathsOf(seed)), strange), { minLength: 1, maxLength: 4 }).map((changes) => {
    const value = structuredClone(seed);
    for (const [path, by] of changes) exchange(value, path, by);
    return value;
  }),
);

test('no event stops a detector', () => {
  const watch = new Watch({ engine, detectors: streamDetectors });
  let seen = 0;
  fc.assert(
    fc.property(hostile, (value) => {
      for (const read of normalise(value, { locator: 'x', received: '2026-11-21T00:00:00.000Z' })) {
        if (!('event' in read)) continue;
        seen += 1;
        for (const { id } of watch.see(read, Date.UTC(2026, 10, 21))) expect(id).toMatch(/^[0-9a-f]{32}$/);
      }
      expect([...watch.failures]).toEqual([]);
    }),
    { numRuns: 400 },
  );
  expect(seen).toBeGreaterThan(200);
  for (const { id } of watch.advance(Date.UTC(2026, 10, 22))) expect(id).toMatch(/^[0-9a-f]{32}$/);
  const state = JSON.parse(JSON.stringify(watch.state()));
  expect(new Watch({ engine, detectors: streamDetectors, state }).failures.size).toBe(0);
}, 120_000);
