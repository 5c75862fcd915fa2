/** Changing the second parties of a log, on a real database. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { settableClock } from '../kernel/settable-clock.ts';
import { ephemeralSigner } from '../ledger/key.ts';
import { createLedger, type Ledger } from '../ledger/ledger.ts';
import { cosigner } from '../ledger/note-signer.ts';
import type { Transaction } from '../storage/database.ts';
import { openStorage, type Storage } from '../storage/storage.ts';
import { type TestServer, testServer } from '../storage/test-database.ts';
import { removeParty, secondParties, setParties } from './second-parties.ts';

const [anna, bert] = [1, 2].map((n) => cosigner(`witness.example/${n}`, Buffer.alloc(32, n)));
const at = (key: string | undefined, n: number) => `${key}=http://127.0.0.1:${n}`;
const settings = {
  witnesses: [at(anna?.verifierKey, 1), at(bert?.verifierKey, 2)],
  quorum: 2,
  authorities: [{ url: 'https://tsa.example/', pem: 'pem' }],
};

let server: TestServer;
let storage: Storage;
let station: { readonly storage: Storage; readonly ledger: Ledger<Transaction> };
beforeAll(async () => {
  server = await testServer();
  storage = await openStorage({ url: await server.database() });
  const clock = settableClock('2026-05-06T07:08:09.010Z');
  station = { storage, ledger: createLedger({ store: storage.ledgerStore, signer: ephemeralSigner(), clock }) };
});
afterAll(async () => {
  await storage?.close();
  await server?.stop();
});

async function told() {
  const found = [];
  for await (const { entry } of station.ledger.entries(null)) found.push(entry);
  return found.filter(({ kind }) => kind === 'parties.changed');
}
const by = { actor: 'eve', reason: 'the other team is gone' };

test('naming, naming again and removing them, with an entry in the log for each change', async () => {
  await setParties(station, settings);
  await setParties(station, settings);
  expect(await told()).toMatchObject([
    { actor: 'serve', body: { quorum: 2, removed: [], authorities: ['https://tsa.example/'] } },
  ]);

  await removeParty(station, 'witness.example/1', by);
  expect(await secondParties(station)).toMatchObject({
    quorum: 1,
    parties: [{ name: 'witness.example/2' }, { name: 'https://tsa.example/' }],
  });
  expect((await told())[1]).toMatchObject({
    actor: 'eve',
    incident: null,
    body: { reason: by.reason, removed: [anna?.verifierKey], added: [], witnesses: [bert?.verifierKey], quorum: 1 },
  });

  await removeParty(station, bert?.verifierKey ?? '', by);
  await removeParty(station, 'https://tsa.example/', by);
  expect(await secondParties(station)).toMatchObject({ quorum: 0, parties: [] });
  expect((await told()).length).toBe(4);
});

test('one that is not there is not removed, and nothing is written', async () => {
  const before = await station.ledger.size();
  await expect(removeParty(station, 'witness.example/1', by)).rejects.toMatchObject({ code: 'FB-NOT-FOUND' });
  expect(await station.ledger.size()).toBe(before);
});

test('two at once both happen', async () => {
  await setParties(station, settings);
  await Promise.all([removeParty(station, 'witness.example/1', by), removeParty(station, 'witness.example/2', by)]);
  expect((await secondParties(station)).parties.map(({ name }) => name)).toEqual(['https://tsa.example/']);
});
