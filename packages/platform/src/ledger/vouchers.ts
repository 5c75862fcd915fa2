/**
 * The second parties of a log: asks its witnesses for cosignatures, then its authorities for a time stamp of the cosigned note,
 * keeps what they say and what they do not say, and puts it together. A party that cannot be reached is told of, in the store
 * and by the policy that every export states; it never ends an export, and is never passed over in silence.
 */
import { utf8Bytes } from '../kernel/bytes.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Vouchers } from './evidence-export.ts';
import { askAuthority } from './timestamp/ask-authority.ts';
import { certificatesOf } from './timestamp/certificate.ts';
import { askWitness, parseWitnessAddress } from './witness/ask-witness.ts';

/** As it is kept, so that every process on the log asks the same. */
export interface PartySettings {
  /** `<vkey>=<url>` each. */
  readonly witnesses: readonly string[];
  /** How many of the witnesses are enough. */
  readonly quorum: number;
  readonly authorities: readonly { readonly url: string; readonly pem: string }[];
}

/** One party, asked once. */
export interface Vouching {
  readonly size: number;
  readonly kind: 'witness' | 'authority';
  /** Name of the witness, address of the authority. */
  readonly party: string;
  readonly askedAt: Date;
  /** When they say that they saw it. */
  readonly seenAt: Date | null;
  /** Cosignature line, or RFC 3161 answer. */
  readonly said: Uint8Array | null;
  readonly reason: string | null;
}

/** @typeParam Tx the handle of an open transaction, where the store can take part in one. */
export interface VouchingStore<Tx = never> {
  /** With `tx`, nobody else changes them until it ends. */
  settings(tx?: Tx): Promise<PartySettings>;
  saveSettings(settings: PartySettings, tx?: Tx): Promise<void>;
  /** The largest tree that a party has vouched for; 0 for none. */
  lastSize(party: string): Promise<number>;
  keep(note: { readonly size: number; readonly text: string }, said: readonly Vouching[]): Promise<void>;
  /** The last time that each party was asked. */
  latest(): Promise<readonly Vouching[]>;
  /** The largest note that is kept. */
  note(): Promise<{ readonly size: number; readonly text: string } | null>;
}

export const noParties: PartySettings = { witnesses: [], quorum: 0, authorities: [] };

/** Undefined where nobody is to be asked. */
export async function openVouchers(parts: {
  readonly store: VouchingStore;
  readonly consistency: (oldSize: number, size: number) => Promise<readonly Uint8Array[]>;
  readonly clock: Clock;
}): Promise<Vouchers | undefined> {
  const { store, consistency, clock } = parts;
  const { witnesses, quorum, authorities } = await store.settings();
  if (witnesses.length === 0 && authorities.length === 0) return undefined;
  const addresses = witnesses.flatMap((text) => parseWitnessAddress(text) ?? []);

  async function witness(address: (typeof addresses)[number], size: number, note: string): Promise<Vouching> {
    const { name } = address.verifier;
    const askedAt = clock.now();
    const lastSize = await store.lastSize(name);
    const asked = await askWitness({ witness: address, note, size, lastSize, consistency });
    const about = { size, kind: 'witness', party: name, askedAt } as const;
    return asked.ok
      ? { ...about, seenAt: asked.at, said: utf8Bytes(asked.line), reason: null }
      : { ...about, seenAt: null, said: null, reason: asked.reason };
  }
  async function authority({ url, pem }: (typeof authorities)[number], size: number, note: string): Promise<Vouching> {
    const askedAt = clock.now();
    const asked = await askAuthority({ url, certificates: certificatesOf(pem) ?? [] }, utf8Bytes(note));
    const about = { size, kind: 'authority', party: url, askedAt } as const;
    return asked.ok
      ? { ...about, seenAt: new Date(asked.at), said: asked.answer, reason: null }
      : { ...about, seenAt: null, said: null, reason: asked.reason };
  }

  return {
    policy: {
      witnesses: addresses.map(({ verifier }) => verifier.verifierKey),
      quorum,
      // One moment is enough, of whichever authority: the others are there for when one is silent.
      timestamps: Math.min(1, authorities.length),
    },
    vouch: async ({ size, note: signed }) => {
      const cosigned = await Promise.all(addresses.map((each) => witness(each, size, signed)));
      const lines = cosigned.flatMap(({ said }) => (said === null ? [] : Buffer.from(said).toString()));
      const note = `${signed}${lines.join('')}`;
      const stamped = await Promise.all(authorities.map((each) => authority(each, size, note)));
      await store.keep({ size, text: note }, [...cosigned, ...stamped]);
      return { note, timestamps: stamped.flatMap(({ said }) => said ?? []) };
    },
  };
}
