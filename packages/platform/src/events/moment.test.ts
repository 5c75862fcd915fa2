import fc from 'fast-check';
import { expect, test } from 'vitest';
import { moment } from './moment.ts';

test.each([
  ['2026-11-20T10:00:00Z', '2026-11-20T10:00:00.000Z'],
  ['2026-11-20T10:00:00.123456Z', '2026-11-20T10:00:00.123Z'],
  ['2022-11-29 00:09:04.38', '2022-11-29T00:09:04.380Z'],
  ['2026-11-20T12:00:00+02:00', '2026-11-20T10:00:00.000Z'],
  ['2026-11-20T12:00:00+0200', '2026-11-20T10:00:00.000Z'],
  [1_621_305_118_553, '2021-05-18T02:31:58.553Z'],
  [1_702_857_600, '2023-12-18T00:00:00.000Z'],
])('%s', (written, meant) => expect(moment(written)).toBe(meant));

test.each(['', 'yesterday', '2026-13-01T00:00:00Z', '9999-01-01T00:00:00Z', '2026-11-20', Number.NaN, null, {}, 1e300])(
  '%s is no time',
  (written) => expect(moment(written)).toBeUndefined(),
);

test('what it says once it says again', () => {
  const times = fc.date({ min: new Date('1990-01-02'), max: new Date('2200-01-01'), noInvalidDate: true });
  fc.assert(
    fc.property(times, (time) => {
      expect(moment(time.toISOString())).toBe(time.toISOString());
      expect(moment(moment(time.getTime()))).toBe(moment(time.getTime()));
    }),
  );
});
