import { FirebreakError, type LedgerEntry, reviewSchema } from '@firebreak/contract';
import { afterAll, expect, test } from 'vitest';
import { settableClock } from '../../kernel/settable-clock.ts';
import { ephemeralSigner } from '../../ledger/key.ts';
import { createLedger } from '../../ledger/ledger.ts';
import { openStorage } from '../../storage/storage.ts';
import { testServer } from '../../storage/test-database.ts';
import { createReviews } from './reviews.ts';
import type { NewReviewItem } from './store.ts';

const server = await testServer();
const clock = settableClock('2026-03-01T12:00:00.000Z');
const storage = await openStorage({ url: await server.database() }, clock);
const ledger = createLedger({ store: storage.ledgerStore, signer: ephemeralSigner(), clock });
const reviews = createReviews({ store: storage.reviewStore, ledger, clock });
afterAll(async () => {
  await storage.close();
  await server.stop();
});

const item = (id: string, name: string): NewReviewItem => ({
  id,
  identity: { kind: 'Account', id: `test:Account/${name}`, name },
  owner: null,
  grants: ['get secrets \0'],
  evidence: 'unused: nothing was used',
  reaches: 3,
});
const items = [item('item-1', 'a'), item('item-2', 'b'), item('item-3', 'c')];
const open = (title = 'Third quarter') => {
  clock.advance(1);
  return reviews.open({ title, due: '2026-04-01T00:00:00.000Z', items, by: 'ann' });
};
const decide = (review: string, which: string, by = 'bob') =>
  reviews.decide({ review, item: which, verdict: 'revoke', note: 'not \0 needed', by });
const codeOf = async (promise: Promise<unknown>) => {
  const error = await promise.catch((caught: unknown) => caught);
  return error instanceof FirebreakError ? error.code : error;
};
async function entries(): Promise<LedgerEntry[]> {
  const found: LedgerEntry[] = [];
  for await (const { entry } of ledger.entries(null)) found.push(entry);
  return found;
}

test('opened, decided one by one, closed by the last; each in the ledger', async () => {
  const review = await open();
  expect(reviewSchema.parse(review)).toEqual(review);
  expect(review).toMatchObject({
    title: 'Third quarter',
    state: 'open',
    openedBy: 'ann',
    due: '2026-04-01T00:00:00.000Z',
  });
  expect(review.items).toEqual(items.map((each) => ({ ...each, decision: null })));
  clock.advance(60_000);
  const after = await decide(review.id, 'item-2');
  expect(after.items.map(({ decision }) => decision?.verdict)).toEqual([undefined, 'revoke', undefined]);
  expect(after.items[1]?.decision).toEqual({
    verdict: 'revoke',
    by: 'bob',
    at: '2026-03-01T12:01:00.001Z',
    note: 'not \ufffd needed',
  });
  await decide(review.id, 'item-1');
  expect((await decide(review.id, 'item-3')).state).toBe('closed');

  const written = await entries();
  expect(written.map(({ kind, actor }) => [kind, actor])).toEqual([
    ['review.opened', 'ann'],
    ['review.decided', 'bob'],
    ['review.decided', 'bob'],
    ['review.decided', 'bob'],
    ['review.closed', 'bob'],
  ]);
  expect(written[1]?.body).toMatchObject({
    review: review.id,
    item: 'item-2',
    identity: 'test:Account/b',
    verdict: 'revoke',
  });
  expect(written[4]?.body).toEqual({ review: review.id, keep: 0, reduce: 0, revoke: 3 });
  const [blob] = written[0]?.blobs ?? [];
  const bytes = await ledger.getBlob(blob?.sha256 ?? '');
  expect(JSON.parse(Buffer.from(bytes ?? []).toString())).toEqual(items);
});

test('a decision stands, and one that is refused leaves no entry', async () => {
  const { id } = await open();
  await decide(id, 'item-1');
  const before = (await entries()).length;
  expect(await codeOf(decide(id, 'item-1', 'eve'))).toBe('FB-REVIEW-DECIDED');
  expect(await codeOf(decide(id, 'item-9'))).toBe('FB-NOT-FOUND');
  expect(await codeOf(decide('rev_none', 'item-1'))).toBe('FB-NOT-FOUND');
  expect(await codeOf(reviews.open({ title: 'x', due: null, items: [], by: 'ann' }))).toBe('FB-REVIEW-EMPTY');
  expect(await entries()).toHaveLength(before);
  expect((await reviews.get(id)).items[0]?.decision?.by).toBe('bob');
});

test('decided by many at once: each item once, closed once', async () => {
  const { id } = await open('At once \0');
  const people = ['a', 'b', 'c', 'd'];
  const before = (await entries()).length;
  const answers = await Promise.all(people.flatMap((by) => items.map((each) => codeOf(decide(id, each.id, by)))));
  expect(answers.filter((answer) => answer === 'FB-REVIEW-DECIDED')).toHaveLength(9);
  const made = (await entries()).slice(before).map(({ kind }) => kind);
  expect(made.sort()).toEqual(['review.closed', 'review.decided', 'review.decided', 'review.decided']);
  expect(await reviews.list()).toMatchObject([
    { title: 'At once \ufffd', state: 'closed', total: 3, decided: 3 },
    { state: 'open', decided: 1 },
    { state: 'closed' },
  ]);
});
