/** A text is a value, a list, or a value a line, however it is laid out; all ways come to the same events. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { prepareText } from './prepare.ts';

const place = { locator: 'here', received: '2026-11-21T12:00:00.000Z' };
const event = (eventID: number) => ({
  eventID: String(eventID),
  eventTime: '2026-11-20T10:00:00Z',
  eventSource: 's3.amazonaws.com',
  eventName: 'GetObject',
  userIdentity: { type: 'IAMUser', arn: 'arn:aws:iam::111122223333:user/x' },
});
const prepared = (text: string) => {
  const read = prepareText(new TextEncoder().encode(text), place);
  return { events: read?.batches.map(({ keys }) => keys).join(), problems: read?.problems };
};

const blank = fc.constantFrom('', '\n', '\r\n', ' \n\t', '\n'.repeat(100));
const laidOut = fc.constantFrom(
  (values: object[]) => JSON.stringify(values),
  (values: object[]) => JSON.stringify(values, null, 2),
  (values: object[]) => values.map((value) => JSON.stringify(value)).join('\n'),
  (values: object[]) => values.map((value) => JSON.stringify(value)).join('\r\n'),
  (values: object[]) => values.map((value) => ` ${JSON.stringify(value)} `).join('\n\n'),
  (values: object[]) => (values.length === 1 ? JSON.stringify(values[0], null, 1) : JSON.stringify(values)),
  (values: object[]) => `\n\n${JSON.stringify(values)}`,
);

test('the same events, however they are laid out', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5 }), laidOut, blank, (count, lay, after) => {
      const values = Array.from({ length: count }, (_, at) => event(at));
      const alone = values.map((value) => prepared(JSON.stringify(value)).events).join();
      expect(prepared(`${lay(values)}${after}`)).toEqual({ events: alone, problems: [] });
    }),
  );
});

test.each([
  ['a value and something behind it', `${JSON.stringify(event(1))}\nno JSON\n${JSON.stringify(event(2))}`, [2]],
  ['something before a value', `no JSON\n${JSON.stringify(event(1))}`, [1]],
  ['a list and a value', `${JSON.stringify([event(1)])}\n${JSON.stringify(event(2))}`, [1]],
])('%s', (_, text, problems) => {
  expect(prepared(text).problems?.map((problem) => problem.event)).toEqual(problems);
});

test('no JSON at all is none', () => {
  expect(prepareText(new TextEncoder().encode('no\nJSON'), place)).toBeUndefined();
});
