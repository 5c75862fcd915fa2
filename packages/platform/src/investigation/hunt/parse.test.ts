/** Hunts read as written, errors point, and what the index may leave out never fits. */
import { FirebreakError, type NormalEvent, normalEventSchema } from '@firebreak/contract';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { KeptEvent } from '../../events/kept-event.ts';
import type { EventWish } from '../../events/store.ts';
import { conditionOf, wishOf } from './condition.ts';
import { hunt } from './hunt.ts';
import { judgeOf } from './judge.ts';
import { parseHunt } from './parse.ts';
import type { HuntQuery } from './syntax.ts';

const now = new Date('2026-11-21T12:00:00Z');
const none = () => [];

function kept(no: number, more: Partial<NormalEvent> = {}, raw: unknown = {}): KeptEvent {
  const event = normalEventSchema.parse({
    id: `e${no}`,
    time: '2026-11-21T10:00:00.000Z',
    timeIs: 'told',
    source: { format: 'cloudtrail', locator: 'here' },
    digest: 'd',
    system: 'aws 111122223333',
    actor: {
      name: 'alice',
      id: 'aws:User/alice',
      address: '203.0.113.9',
      session: 's-1',
      also: ['kubernetes:Group/g'],
    },
    operation: 's3:GetObject',
    activity: 'read',
    targets: ['aws:Bucket/b'],
    outcome: 'done',
    ...more,
  });
  return { no, received: now, event, raw, rawText: JSON.stringify(raw) };
}

const raw = {
  requestParameters: { bucketName: 'models', size: 1200, keys: [{ name: 'a' }, { name: 'b' }] },
  annotations: { 'authorization.k8s.io/decision': 'allow' },
  flag: false,
};

test.each([
  ['actor = alice', true],
  ['actor = aws:User/alice', true],
  ['actor = aws:User/bob', false],
  ['actor = aws:User/*', true],
  ['actor = kubernetes:Group/g', true],
  ['actor != alice', false],
  ['target = aws:Bucket/b and operation in (s3:PutObject, s3:GetObject)', true],
  ['target contains ucket/', true],
  ['operation starts with s3:', true],
  ['operation starts with Get', false],
  ['activity = read and outcome != done', false],
  ['credential', false],
  ['not credential and session', true],
  ['format = cloudtrail; format = none', true],
  ['address = 203.0.113.*, agent', false],
  ['time >= 2026-11-21 and time < 2026-11-21T10:00:01Z', true],
  ['age < 2h', false],
  ['age <= 2h', true],
  ['age > 1h', true],
  ['raw.requestParameters.bucketName = models', true],
  ['raw.requestParameters.size > 1000', true],
  ['raw.requestParameters.size > 1200', false],
  ['raw.requestParameters.keys.name = b', true],
  ['raw.requestParameters.keys', false],
  ['raw.annotations.authorization.k8s.io/decision = allow', true],
  ['raw."annotations.authorization.k8s.io/decision" = allow', true],
  ['raw.flag = false', true],
  ['raw.__proto__.x', false],
  ['raw.bucketName < 5', false],
  ['raw contains "bucketName\\":\\"models"', true],
  ['everything and not (actor = bob or actor = carol)', true],
])('%s is %s', (text, fits) => {
  const query = parseHunt(text, now);
  expect(conditionOf(query, none)(kept(1, {}, raw))).toBe(fits);
});

test.each([
  ['actr = x', 0, 'no field'],
  ['actor =', 7, 'value'],
  ['actor = a b', 10, 'end'],
  ['(actor = a', 10, 'bracket'],
  ['time = soon', 7, 'date'],
  ['age = 2026-01-01', 6, 'duration'],
  ['activity = reading', 11, 'no such activity'],
  ['actor > 5', 6, 'compared'],
  ['raw.x > abc', 8, 'number'],
  ['operation starts x', 17, 'with'],
  ['raw. = 3', 5, 'path'],
])('%s is refused at %i', (text, position, why) => {
  try {
    parseHunt(text, now);
    expect.unreachable();
  } catch (error) {
    if (!(error instanceof FirebreakError)) throw error;
    expect([error.code, error.detail?.position]).toEqual(['FB-QUERY-INVALID', position]);
    expect(error.why).toContain(why);
  }
});

test('a value written by the numbers of its characters is found, and numbers however written', () => {
  const text = '{"name":"\\u006dodels","size":1e3,"far":Infinity}'.replace('Infinity', '1e21');
  const one = { ...kept(1), rawText: text, raw: JSON.parse(text) };
  for (const hunted of ['raw.name = models', 'raw.size = 1000', 'raw.far = 1e+21', 'raw.name in (x, models)'])
    expect(conditionOf(parseHunt(hunted, now), none)(one)).toBe(true);
});

test('a name of the estate means the node, as logs name it', () => {
  const ids = (text: string) =>
    text === 'Secret/db' ? ['aws:Secret/x:secret:db-AbCdEf', 'aws:Secret/x:secret:db'] : [];
  const query = parseHunt('target = Secret/db', now);
  expect(conditionOf(query, ids)(kept(1, { targets: ['aws:Secret/x:secret:db'] }))).toBe(true);
  expect(wishOf(query, ids)).toMatchObject({ targets: ['aws:Secret/x:secret:db-AbCdEf', 'aws:Secret/x:secret:db'] });
});

test('what an index can say', () => {
  const wish = (text: string) => {
    const { terms: _, ...lists } = wishOf(parseHunt(text, now), none);
    return lists;
  };
  expect(wish('actor = aws:User/alice and operation = s3:GetObject and raw.x = 1')).toEqual({
    actors: ['aws:User/alice'],
    operations: ['s3:GetObject'],
  });
  expect(wish('actor = alice')).toEqual({});
  expect(wish('actor = kubernetes:Group/g')).toEqual({});
  expect(wish('actor = aws:User/* and target in (aws:Bucket/a, aws:Bucket/b)')).toEqual({
    targets: ['aws:Bucket/a', 'aws:Bucket/b'],
  });
  expect(wish('actor = aws:User/a or actor = aws:User/b')).toEqual({ actors: ['aws:User/a', 'aws:User/b'] });
  expect(wish('actor = aws:User/a or operation = x')).toEqual({});
  expect(wish('not actor = aws:User/a')).toEqual({});
  expect(wish('age < 1d and time < 2026-11-21 and outcome = done')).toEqual({
    since: '2026-11-20T12:00:00.000Z',
    until: '2026-11-21T00:00:00.000Z',
  });
});

test('the wish lets through whatever the condition does', () => {
  const leaf = fc.oneof(
    fc.constantFrom('aws:User/a', 'aws:User/b', 'alice', 'kubernetes:Group/g').map((value) => `actor = ${value}`),
    fc.constantFrom('aws:Bucket/a', 'aws:Bucket/*').map((value) => `target = ${value}`),
    fc.constantFrom('s3:GetObject', 'x').map((value) => `operation = ${value}`),
    fc.constantFrom('cloudtrail', 'otlp').map((value) => `format != ${value}`),
    fc.constantFrom('>=', '<', '=').map((sign) => `time ${sign} 2026-11-21T10:00:00Z`),
  );
  const { query } = fc.letrec<{ query: string }>((tie) => ({
    query: fc.oneof(
      { maxDepth: 3 },
      leaf,
      fc.tuple(tie('query'), fc.constantFrom('and', 'or'), tie('query')).map(([a, word, b]) => `(${a} ${word} ${b})`),
      tie('query').map((each) => `not (${each})`),
    ),
  }));
  const event = fc.record({
    actor: fc.constantFrom(
      { name: 'alice', id: 'aws:User/a' },
      { name: 'x', credential: 'aws:User/b', also: ['kubernetes:Group/g'] },
    ),
    targets: fc.constantFrom([], ['aws:Bucket/a'], ['aws:Bucket/c', 'aws:Bucket/a']),
    operation: fc.constantFrom('s3:GetObject', 'x'),
    source: fc.constantFrom({ format: 'cloudtrail', locator: '' }, { format: 'otlp', locator: '' }),
    time: fc.constantFrom('2026-11-21T10:00:00.000Z', '2026-11-21T10:00:00.001Z', '2026-11-20T10:00:00.000Z'),
  });
  fc.assert(
    fc.property(query, event, (text, more) => {
      const parsed: HuntQuery = parseHunt(text, now);
      const one = kept(1, more as unknown as Partial<NormalEvent>);
      if (conditionOf(parsed, none)(one)) expect(lets(wishOf(parsed, none), one.event)).toBe(true);
    }),
    { numRuns: 2000 },
  );
});

function lets({ actors, targets, operations, formats, since, until }: EventWish, event: NormalEvent): boolean {
  const acting = [event.actor.id, event.actor.credential];
  return (
    (actors?.some((each) => acting.includes(each)) ?? true) &&
    (targets?.some((each) => event.targets.includes(each)) ?? true) &&
    (operations?.includes(event.operation) ?? true) &&
    (formats?.includes(event.source.format) ?? true) &&
    (since === undefined || event.time >= since) &&
    (until === undefined || event.time <= until)
  );
}

async function* pieces(...numbers: readonly (readonly number[])[]) {
  for (const some of numbers) yield { events: some.map((no) => kept(no)), from: some.at(-1) ?? 0, file: null };
}
const asked = {
  query: 'q',
  fits: () => true,
  judge: judgeOf({ is: 'everything' }, none),
  limit: 2,
  later: false,
  spent: () => false,
};

test('a page, all counted, and where the next begins', async () => {
  const first = await hunt(pieces([9, 8, 7], [6, 5]), asked);
  expect(first).toMatchObject({ next: 8, found: 5, looked: 5, completeness: { answer: 'complete' } });
  expect(first.events.map(({ no }) => no)).toEqual([9, 8]);
  expect(first.facets?.operations).toEqual([{ value: 's3:GetObject', events: 5 }]);
  const later = await hunt(pieces([7], [6, 5]), { ...asked, later: true });
  expect(later).toMatchObject({ next: 6, found: 2, facets: null });
  expect((await hunt(pieces([5]), { ...asked, later: true })).next).toBeNull();
});

test('when the time is up the answer says so, and where to go on', async () => {
  const fits = ({ no }: KeptEvent) => no === 9;
  const answer = await hunt(pieces([9, 8, 7], [6, 5]), { ...asked, fits, spent: () => true });
  expect(answer).toMatchObject({ next: 7, looked: 3, found: 1 });
  expect(answer.completeness).toMatchObject({ answer: 'limited', reasons: [{ code: 'FB-HUNT-BOUND' }] });
});
