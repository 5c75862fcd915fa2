/** What the parts of the recovery desk share: the board, what is known, and the gate. */
import {
  type AttestedSubject,
  type DeliveredVersion,
  deliveredVersionSchema,
  FirebreakError,
  type Role,
  servingCheckSchema,
} from '@firebreak/contract';
import { z } from 'zod';
import { createBoards, type RecoveryBoards } from '../../recovery/board/board.ts';
import { chooseItem } from '../../recovery/board/sections/versions.ts';
import { openSignOffPolicy } from '../../recovery/board/sign-off-policy.ts';
import { createFollowUps, type FollowUps } from '../../recovery/follow-ups/follow-ups.ts';
import { type Mark, markOf } from '../../recovery/store.ts';
import type { Station } from '../station.ts';
import { createKnower, type Known, prefixed } from './known-input.ts';
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

const choiceSchema = z.object({
  from: z.array(deliveredVersionSchema),
  to: deliveredVersionSchema,
  /** SHA-256 (hex) over the digests of its files, or of its manifest. */
  digest: z.string().nullable(),
  kind: z.enum(['model', 'image']),
  checks: z.array(servingCheckSchema),
});
/** What was chosen for a subject, as its mark keeps it. */
export type Choice = z.infer<typeof choiceSchema>;

/** @throws FirebreakError FB-RECOVERY-STATE where nothing is chosen yet */
export function choiceOf(marks: ReadonlyMap<string, Mark>, subject: string): Choice {
  const mark = marks.get(chooseItem(subject));
  const read = mark?.state === 'done' ? choiceSchema.safeParse(mark.data) : undefined;
  if (read?.success !== true) throw new FirebreakError('FB-RECOVERY-STATE', `No version of ${subject} is chosen yet.`);
  return read.data;
}

/** Everything that was chosen, by subject. */
export function choicesOf(marks: ReadonlyMap<string, Mark>): (readonly [subject: string, choice: Choice])[] {
  return prefixed(marks, 'choose/').flatMap(([subject, mark]) => {
    const read = mark.state === 'done' ? choiceSchema.safeParse(mark.data) : undefined;
    return read?.success === true ? [[subject, read.data] as const] : [];
  });
}

/** Attestations and bundles that were brought for a version, as they came. */
export function broughtFor(
  marks: ReadonlyMap<string, Mark>,
  subject: string,
  { version }: DeliveredVersion,
): unknown[] {
  const data = marks.get(markOf.verdict(subject, version))?.data as { readonly attestations?: unknown } | undefined;
  return Array.isArray(data?.attestations) ? data.attestations : [];
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
