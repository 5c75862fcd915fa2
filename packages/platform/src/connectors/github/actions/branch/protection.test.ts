import fc from 'fast-check';
import { expect, test } from 'vitest';
import { asShown } from '../../contract/acting.case.ts';
import { anyProtection } from './protection.case.ts';
import { asTaken, type Protection, unprotected } from './protection.ts';

test('what is made of an answer, sent and shown again, is the same: nothing is lost, widened or invented', () => {
  fc.assert(
    fc.property(anyProtection, fc.boolean(), (set, signed) => {
      const taken = asTaken(asShown(set, signed));
      expect(taken).toEqual(set);
      expect(asTaken(asShown(taken, !signed))).toEqual(taken);
    }),
  );
});

test('what GitHub does not mention is off, and parts that only organizations have are not sent', () => {
  expect(asTaken({})).toEqual(unprotected);
  const review = asTaken({
    required_pull_request_reviews: { dismiss_stale_reviews: true },
  }).required_pull_request_reviews;
  expect(Object.keys(review ?? {})).not.toContain('dismissal_restrictions');
});

test('a check that any app may report stays so, and one app’s stays that app’s', () => {
  const told = {
    required_status_checks: {
      strict: false,
      contexts: ['a', 'b'],
      checks: [
        { context: 'a', app_id: null },
        { context: 'b', app_id: 5 },
      ],
    },
  };
  expect(asTaken(told).required_status_checks).toEqual({
    strict: false,
    contexts: [],
    checks: [
      { context: 'a', app_id: -1 },
      { context: 'b', app_id: 5 },
    ],
  } satisfies Protection['required_status_checks']);
});

test('hostile answers give a protection that can be sent', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (told) => {
      const taken = asTaken({ required_pull_request_reviews: told, restrictions: told, required_status_checks: told });
      expect(asTaken(asShown(taken, false))).toEqual(taken);
    }),
  );
});
