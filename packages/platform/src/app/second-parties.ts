/** The log's second parties in a running server: who they are, when they are asked, and what they said. */
import { readFile } from 'node:fs/promises';
import { isDeepStrictEqual } from 'node:util';
import { FirebreakError, type SecondParties } from '@firebreak/contract';
import { certificatesOf } from '../ledger/timestamp/certificate.ts';
import { noParties, openVouchers, type PartySettings } from '../ledger/vouchers.ts';
import { parseWitnessAddress, partyUrl } from '../ledger/witness/ask-witness.ts';
import type { Station } from './station.ts';

/** Between two rounds; only a log that has grown is shown. */
const roundMs = 5 * 60_000;

/** As the command line has it. */
export interface PartyOptions {
  /** `<vkey>=<url>` */
  readonly witnesses: readonly string[];
  readonly quorum: number | undefined;
  readonly authorities: readonly string[];
  /** Files with PEM certificates. */
  readonly certificates: readonly string[];
}

/**
 * Reads what was given on the command line. @returns undefined when nothing was: what was last said then stands
 * @throws FirebreakError FB-USAGE
 */
export async function readParties(options: PartyOptions): Promise<PartySettings | undefined> {
  const { witnesses, authorities, certificates, quorum = witnesses.length } = options;
  const wrong = witnesses.find((text) => parseWitnessAddress(text) === undefined);
  if (wrong !== undefined) {
    throw new FirebreakError('FB-USAGE', 'A witness is <vkey>=<url>, with https, or http on this machine.');
  }
  if (authorities.some((url) => partyUrl(url) === undefined)) {
    throw new FirebreakError('FB-USAGE', 'A time stamping authority is at an https address, or http on this machine.');
  }
  if (quorum < Math.min(1, witnesses.length) || quorum > witnesses.length) {
    throw new FirebreakError('FB-USAGE', `${quorum} of ${witnesses.length} witnesses cannot be asked for.`);
  }
  if (authorities.length > 0 && certificates.length === 0) {
    throw new FirebreakError('FB-USAGE', 'A time stamp is worth what its certificate is: give --tsa-certificate.');
  }
  if (witnesses.length === 0 && authorities.length === 0) return undefined;
  const texts = await Promise.all(certificates.map(pemOf));
  return { witnesses, quorum, authorities: authorities.map((url) => ({ url, pem: texts.join('\n') })) };
}

async function pemOf(path: string): Promise<string> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new FirebreakError('FB-USAGE', `${path} cannot be read.`, { cause });
  });
  if (certificatesOf(text) === undefined)
    throw new FirebreakError('FB-USAGE', `${path} holds no certificate in PEM form.`);
  return text;
}

/**
 * Who vouches from now on, with an entry in the log of who changed what: a log that had a witness and has none must say since
 * when, and who did it. Nothing happens where nothing changes.
 */
async function changeParties(
  { storage, ledger }: Pick<Station, 'storage' | 'ledger'>,
  change: (now: PartySettings) => PartySettings,
  { actor, reason }: { readonly actor: string; readonly reason: string },
): Promise<void> {
  const { vouchingStore: store, ledgerStore } = storage;
  await ledgerStore.transaction(async (tx) => {
    const before = await store.settings(tx);
    const after = change(before);
    const [was, is] = [namesOf(before), namesOf(after)];
    if (isDeepStrictEqual(before, after)) return;
    await store.saveSettings(after, tx);
    const body = {
      reason,
      ...is,
      added: [...is.witnesses, ...is.authorities].filter(
        (name) => ![...was.witnesses, ...was.authorities].includes(name),
      ),
      removed: [...was.witnesses, ...was.authorities].filter(
        (name) => ![...is.witnesses, ...is.authorities].includes(name),
      ),
    };
    await ledger.append([{ incident: null, kind: 'parties.changed', actor, body }], tx);
  });
}

/** As the log names them: verifier keys, addresses, and how many witnesses are enough. */
function namesOf({ witnesses, quorum, authorities }: PartySettings) {
  return {
    witnesses: witnesses.flatMap((text) => parseWitnessAddress(text)?.verifier.verifierKey ?? []),
    quorum,
    authorities: authorities.map(({ url }) => url),
  };
}

/** What a server was told at its start, in place of what was before. */
export async function setParties(station: Pick<Station, 'storage' | 'ledger'>, settings: PartySettings): Promise<void> {
  await changeParties(station, () => settings, { actor: 'serve', reason: 'The server was started with them.' });
}

/**
 * Asks a party no more. What it has said so far stays. A quorum that the others cannot reach becomes all of them.
 *
 * @param party name or verifier key of a witness, address of an authority
 * @throws FirebreakError FB-NOT-FOUND
 */
export async function removeParty(
  station: Pick<Station, 'storage' | 'ledger'>,
  party: string,
  by: { readonly actor: string; readonly reason: string },
): Promise<void> {
  function without(now: PartySettings): PartySettings {
    const witnesses = now.witnesses.filter((text) => {
      const { name, verifierKey } = parseWitnessAddress(text)?.verifier ?? {};
      return party !== name && party !== verifierKey;
    });
    const authorities = now.authorities.filter(({ url }) => url !== party);
    if (witnesses.length === now.witnesses.length && authorities.length === now.authorities.length) {
      throw new FirebreakError('FB-NOT-FOUND', 'Nobody of this name vouches for the log.');
    }
    return { witnesses, quorum: Math.min(now.quorum, witnesses.length), authorities };
  }
  await changeParties(station, without, by);
}

/** Those whom the log's owner last named. */
export function vouchersOf({ storage, ledger, clock }: Station) {
  const consistency = (oldSize: number, size: number) => ledger.consistency(oldSize, size);
  return openVouchers({ store: storage.vouchingStore, consistency, clock });
}

/** Shows the log to its second parties now and then, so that they know its history before anybody asks for it. */
export class VouchingRounds {
  readonly #station: Station;
  readonly #onTrouble: (error: unknown) => void;
  readonly #timer: NodeJS.Timeout;
  #running: Promise<void>;

  constructor(station: Station, onTrouble: (error: unknown) => void) {
    this.#station = station;
    this.#onTrouble = onTrouble;
    this.#running = this.#round();
    this.#timer = setInterval(() => {
      this.#running = this.#running.then(() => this.#round());
    }, roundMs);
    this.#timer.unref();
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#running;
  }

  async #round(): Promise<void> {
    try {
      const { ledger, storage } = this.#station;
      const vouchers = await vouchersOf(this.#station);
      const size = await ledger.size();
      if (vouchers === undefined || size === 0 || size === (await storage.vouchingStore.note())?.size) return;
      await vouchers.vouch({ size, note: await ledger.checkpoint(size) });
    } catch (error) {
      this.#onTrouble(error);
    }
  }
}

/** What people see of them. */
export async function secondParties({ storage }: Pick<Station, 'storage'>): Promise<SecondParties> {
  const store = storage.vouchingStore;
  const [settings, latest, checkpoint] = await Promise.all([store.settings(), store.latest(), store.note()]);
  const { witnesses, quorum, authorities } = settings ?? noParties;
  const parties = [
    ...witnesses
      .flatMap((text) => parseWitnessAddress(text) ?? [])
      .map(({ verifier, url }) => ({
        kind: 'witness' as const,
        name: verifier.name,
        url,
        verifierKey: verifier.verifierKey,
      })),
    ...authorities.map(({ url }) => ({ kind: 'authority' as const, name: url, url, verifierKey: null })),
  ];
  return {
    quorum,
    parties: parties.map((party) => {
      const last = latest.find(({ kind, party: name }) => kind === party.kind && name === party.name);
      return {
        ...party,
        askedAt: last?.askedAt.toISOString() ?? null,
        size: last?.size ?? null,
        seenAt: last?.seenAt?.toISOString() ?? null,
        reason: last?.reason ?? null,
      };
    }),
    checkpoint: checkpoint === null ? null : { size: checkpoint.size, note: checkpoint.text },
  };
}
