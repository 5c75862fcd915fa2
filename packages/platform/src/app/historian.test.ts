import { setImmediate as soon } from 'node:timers/promises';
import type { Estate } from '@firebreak/contract';
import { expect, test } from 'vitest';
import { estateOf } from '../facts/estate.ts';
import type { FactHistory } from '../facts/history.ts';
import { Historian } from './historian.ts';

function slowHistory() {
  const recorded: number[] = [];
  let finish = () => {};
  const history: Pick<FactHistory, 'record'> = {
    record: (_, __, at) => {
      recorded.push(at.getTime());
      return new Promise((resolve) => {
        finish = () => resolve({ no: 1, at: '', facts: 0, added: 0, changed: 0, gone: 0 });
      });
    },
  };
  return { history: history as FactHistory, recorded, finish: () => finish() };
}
const estate: Estate = estateOf([], []);

test('what comes while another is written waits, and only the newest of it is written', async () => {
  const { history, recorded, finish } = slowHistory();
  const historian = new Historian(history, 's', undefined);
  for (const time of [1, 2, 3]) historian.keep(estate, new Date(time));
  expect(recorded).toEqual([1]);
  const closed = historian.close();
  finish();
  while (recorded.length < 2) await soon();
  finish();
  await closed;
  expect(recorded).toEqual([1, 3]);
});

test('trouble is told and stops nothing', async () => {
  const trouble: unknown[] = [];
  const broken = { record: () => Promise.reject(new Error('no database')) } as unknown as FactHistory;
  const historian = new Historian(broken, 's', (error) => trouble.push(error));
  historian.keep(estate, new Date(1));
  await historian.close();
  expect(String(trouble)).toContain('no database');
});
