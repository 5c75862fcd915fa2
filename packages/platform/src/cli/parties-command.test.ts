/** Second parties by the command line, against a real server: who may see them, who may remove them, and what the log says. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { setParties } from '../app/second-parties.ts';
import { cosigner } from '../ledger/note-signer.ts';
import { type ServedDemo, serveDemo } from './testing/served-demo.ts';

const name = 'witness.example/team-b';
const { verifierKey } = cosigner(name, Buffer.alloc(32, 7));

let served: ServedDemo;
beforeAll(async () => {
  served = await serveDemo();
  const witnesses = [`${verifierKey}=http://127.0.0.1:1`];
  await setParties(served.station, { witnesses, quorum: 1, authorities: [] });
});
afterAll(() => served?.close());

test('a viewer sees them, an approver may not remove one, an admin may, and it is in the log', async () => {
  const seen = await served.as('Vera', 'parties');
  expect(JSON.parse(seen.out)).toMatchObject({ quorum: 1, parties: [{ name, verifierKey, seenAt: null }] });

  const remove = ['parties', 'remove', name, '--reason', 'the other team is gone'];
  expect(JSON.parse((await served.as('Ada', ...remove)).err)).toMatchObject({ error: { code: 'FB-AUTH-FORBIDDEN' } });
  const removed = await served.as('Eve', ...remove);
  expect([removed.exit, JSON.parse(removed.out)]).toMatchObject([0, { quorum: 0, parties: [] }]);
  expect((await served.as('Eve', ...remove)).exit).toBe(2);

  const entries = [];
  for await (const { entry } of served.station.ledger.entries(null)) entries.push(entry);
  expect(entries.findLast(({ kind }) => kind === 'parties.changed')).toMatchObject({
    actor: 'Eve',
    body: { reason: 'the other team is gone', removed: [verifierKey] },
  });
});
