/** The incident file: what the stations of a running Firebreak know of an incident, told and bound to the log. */
import {
  completeness,
  FirebreakError,
  type Gap,
  type LedgerEntry,
  type Moment,
  type PlanCheck,
} from '@firebreak/contract';
import { executionView } from '../execution/view.ts';
import { incidentDocuments } from '../incidents/file/documents.ts';
import type { IncidentStory } from '../incidents/file/story.ts';
import { refOf } from '../investigation/cases/judge.ts';
import { approvalsIn, momentOfEntry } from '../investigation/timeline-ledger.ts';
import { exportEvidence } from '../ledger/evidence-export.ts';
import { checkPlan } from '../planning/check-plan.ts';
import { caseDesk } from './case-desk.ts';
import { vouchersOf } from './second-parties.ts';
import type { Station } from './station.ts';
import { version } from './version.ts';

/** Moments that one file tells. */
const mostMoments = 100_000;

export interface IncidentFileRequest {
  readonly incident: string;
  /** Who asks; the log says so. */
  readonly actor: string;
  /** Sizes of earlier trees whose checkpoints somebody holds. */
  readonly since?: readonly number[];
}

/**
 * The file, piece by piece.
 *
 * @throws FirebreakError FB-NOT-FOUND
 */
export async function* exportIncidentFile(
  station: Station,
  { incident, actor, since = [] }: IncidentFileRequest,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const documents = await incidentDocuments(await storyOf(station, incident, signal));
  const vouchers = await vouchersOf(station);
  yield* exportEvidence({ ledger: station.ledger, incident, actor, documents, since, vouchers });
}

async function storyOf(station: Station, id: string, signal: AbortSignal): Promise<IncidentStory> {
  const { ledger, incidents, storage } = station;
  const incident = await incidents.get(id);
  const entries: (LedgerEntry & { index: number })[] = [];
  for await (const { index, entry } of ledger.entries(id)) entries.push({ ...entry, index });
  const plan = incident.planDigest === null ? null : await incidents.plan(id);
  const row = await storage.executionStore.latest(id);
  return {
    incident,
    ...(await momentsOf(station, id, entries, signal)),
    plan,
    planCheck: plan === null ? null : await checkNow(station, plan, signal),
    execution: row === null ? null : executionView(row),
    entries,
    origin: ledger.origin,
    verifierKey: ledger.verifierKey,
    version,
  };
}

/** The whole timeline where there is an estate to tell it by; else what the log alone says, and that it is no more than that. */
async function momentsOf(
  station: Station,
  id: string,
  entries: readonly (LedgerEntry & { readonly index: number })[],
  signal: AbortSignal,
): Promise<Pick<IncidentStory, 'moments' | 'completeness'>> {
  if (station.field !== undefined) {
    try {
      const page = { after: undefined, limit: mostMoments };
      const { moments, total, ...told } = await caseDesk(station).timeline(id, page, signal);
      if (total <= moments.length) return { moments, completeness: told.completeness };
      const before = told.completeness.answer === 'limited' ? told.completeness.reasons : [];
      return { moments, completeness: completeness([...before, tooMany(total)], 'any') };
    } catch (error) {
      if (!(error instanceof FirebreakError)) throw error;
      return { moments: fromLog(entries), completeness: completeness([noEstate(error.message)], 'any') };
    }
  }
  return { moments: fromLog(entries), completeness: completeness([noEstate('No source was given.')], 'any') };
}

function fromLog(entries: readonly (LedgerEntry & { readonly index: number })[]): Moment[] {
  const approvals = approvalsIn(entries);
  return entries.flatMap((entry) => momentOfEntry(entry, approvals, (node) => refOf(node, undefined)) ?? []);
}

async function checkNow(
  { field }: Station,
  plan: NonNullable<IncidentStory['plan']>,
  signal: AbortSignal,
): Promise<PlanCheck | null> {
  const current = await field?.holder.current(signal).catch(() => undefined);
  return current === undefined ? null : checkPlan(plan, current.graph);
}

function noEstate(why: string): Gap {
  return {
    kinds: ['*'],
    where: 'timeline',
    code: 'FB-ANSWER-BOUNDED',
    reason: `The estate could not be read, so only what the log itself says is told. ${why}`,
    next: 'Export from a server, or give --kubeconfig or --from.',
  };
}

function tooMany(total: number): Gap {
  return {
    kinds: ['*'],
    where: 'timeline',
    code: 'FB-ANSWER-BOUNDED',
    reason: `The first ${mostMoments} of ${total} moments are told.`,
    next: 'Ask for the others page by page (GET /api/incidents/…/timeline).',
  };
}
