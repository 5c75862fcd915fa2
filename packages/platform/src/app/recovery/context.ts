/** What the parts of the recovery desk share: the board, what is known, and the gate. */
import type { AttestedSubject, Role } from '@firebreak/contract';
import { createBoards, type RecoveryBoards } from '../../recovery/board/board.ts';
import { openSignOffPolicy } from '../../recovery/board/sign-off-policy.ts';
import { createFollowUps, type FollowUps } from '../../recovery/follow-ups/follow-ups.ts';
import type { Mark } from '../../recovery/store.ts';
import type { Station } from '../station.ts';
import { createKnower, type Known } from './known-input.ts';
import type { Choice } from './marks.ts';
import { createSeenAgain } from './seen-again.ts';

export interface Person {
  readonly by: string;
  readonly role: Role;
}

export interface RecoveryContext {
  readonly station: Station;
  readonly boards: RecoveryBoards;
  readonly followUps: FollowUps;
  readonly marks: (incident: string) => Promise<ReadonlyMap<string, Mark>>;
  readonly know: (incident: string, signal: AbortSignal) => Promise<Known>;
}

export async function openContext(station: Station): Promise<RecoveryContext> {
  const { storage, ledger, clock } = station;
  const store = storage.recoveryStore;
  const followUps = createFollowUps({ store, ledger, clock });
  const boards = createBoards({
    store,
    ledger,
    clock,
    policy: await openSignOffPolicy(),
    followUps: (incident) => followUps.list(incident),
  });
  const know = createKnower({
    station,
    seenAgain: createSeenAgain(station),
    canary: async (incident) => {
      const [newest] = await storage.canaryStore.list(1, incident);
      return newest === undefined ? null : newest;
    },
  });
  return {
    station,
    boards,
    followUps,
    marks: boards.marks,
    know: async (incident, signal) => know(incident, await boards.marks(incident), signal),
  };
}

/** As an attestation names it. */
export function attestedSubject(subject: string, { to, digest }: Choice): AttestedSubject | undefined {
  const hex = digest?.replace(/^sha256:/, '');
  return hex === undefined ? undefined : { name: to.node ?? `${subject}@${to.version}`, digest: { sha256: hex } };
}

/** Asks the promotion gate before a step of a recovery. @throws FirebreakError FB-PROMOTION-DENIED */
export async function mustAllow(
  { station }: RecoveryContext,
  about: {
    readonly incident: string;
    readonly subject: string;
    readonly choice: Choice;
    readonly stage: string;
    readonly attestations: readonly unknown[];
    readonly who: Person;
  },
  signal: AbortSignal,
): Promise<void> {
  const { choice, incident, subject, stage, attestations, who } = about;
  const named = attestedSubject(subject, choice);
  await station.gate.mustAllow(
    {
      subject: {
        kind: choice.kind,
        name: named?.name ?? subject,
        ...(named === undefined ? {} : { digest: `sha256:${named.digest.sha256}` }),
        byDigest: named !== undefined,
        ...(choice.to.node === undefined ? {} : { node: choice.to.node }),
      },
      stage,
      environment: 'recovery',
      face: 'recovery',
      by: { name: who.by, role: who.role },
      attestations,
      incident,
    },
    signal,
  );
}
