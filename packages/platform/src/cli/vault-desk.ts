/** The evidence vault as the commands see it, on this machine or behind a server. */
import { setTimeout as sleep } from 'node:timers/promises';
import { FirebreakError, type Snapshot } from '@firebreak/contract';
import type { ReadRequest } from '../evidence/read.ts';
import type { TakeRequest, Vault } from '../evidence/vault.ts';
import type { Client } from '../http/client.ts';

type Verb = 'hold' | 'release' | 'retain' | 'audit' | 'move' | 'redact' | 'destroy';

/** The verbs of the vault, each carried out to its end. */
export type VaultDesk = Pick<Vault, 'overview' | 'show'> & {
  readonly [V in Verb]: (request: Parameters<Vault[V]>[0]) => ReturnType<Vault[V]>;
} & {
  /** Resolves when the snapshot is at its end. */
  take(request: TakeRequest): Promise<Snapshot>;
  resume(id: string): Promise<Snapshot>;
  read(request: ReadRequest): AsyncIterable<Uint8Array>;
};

const pollMs = 300;

/** Who acts is known to the server by the token. */
export function remoteVault(client: Client, signal: AbortSignal): VaultDesk {
  const about = (id: string) => ({ params: { id } });

  async function ended(id: string): Promise<Snapshot> {
    for (;;) {
      const { snapshot } = await client.call('snapshot', about(id), signal);
      if (snapshot.state !== 'taking') return snapshot;
      await sleep(pollMs, undefined, { signal }).catch((cause: unknown) => {
        throw new FirebreakError('FB-CANCELLED', `It was interrupted; the server goes on with ${id}.`, { cause });
      });
    }
  }

  return {
    overview: (incident) => client.call('evidenceVault', { query: { incident } }, signal),
    show: (id) => client.call('snapshot', about(id), signal),
    take: async ({ subject, incident, reason, store, retainUntil }) => {
      const until = retainUntil?.toISOString();
      const body = {
        subject,
        incident,
        reason,
        ...(store === undefined ? {} : { store }),
        ...(until === undefined ? {} : { retainUntil: until }),
      };
      return ended((await client.call('takeEvidence', { body }, signal)).id);
    },
    resume: (id) => client.call('resumeEvidence', about(id), signal),
    read: ({ snapshot, piece, reason, asStored }) =>
      client.download('readEvidence', { ...about(snapshot), body: { piece, reason, asStored } }, signal),
    hold: ({ snapshot, incident, reason }) =>
      client.call('holdEvidence', { body: { snapshot, incident, reason } }, signal),
    release: ({ id, reason }) => client.call('releaseEvidence', { ...about(id), body: { reason } }, signal),
    retain: ({ snapshot, until, reason }) =>
      client.call('retainEvidence', { ...about(snapshot), body: { until: until.toISOString(), reason } }, signal),
    audit: ({ snapshot, reason, deep }) => client.call('auditEvidence', { body: { snapshot, reason, deep } }, signal),
    move: ({ snapshot, to, copy, reason }) =>
      client.call('moveEvidence', { ...about(snapshot), body: { to, copy, reason } }, signal),
    redact: ({ snapshot, piece, hide, reason }) =>
      client.call('redactEvidence', { ...about(snapshot), body: { piece, hide: [...hide], reason } }, signal),
    destroy: ({ snapshot, reason, doIt }) =>
      client.call('destroyEvidence', { ...about(snapshot), body: { reason, doIt } }, signal),
  };
}
