/**
 * What people decide about detections and incidents, each with a name and a reason, in the ledger, and never undone by grouping:
 * what was merged stays together, what was split stays apart, what was closed gathers nothing more.
 */
import {
  type Closing,
  type DetectionVerdict,
  FirebreakError,
  type LedgerDraft,
  type SuppressionScope,
} from '@firebreak/contract';
import { newId } from '../../kernel/id.ts';
import type { CaseParts } from './case-parts.ts';
import { rejudge } from './regroup.ts';
import type { CaseRow, Placement } from './store.ts';
import { covers } from './suppressions.ts';

interface Signed {
  readonly by: string;
  readonly reason: string;
}

export interface Decisions {
  /** Everything of the others goes into the one. @throws FirebreakError FB-NOT-FOUND, FB-CASE-REFUSED */
  merge(request: Signed & { readonly into: string; readonly from: readonly string[] }): Promise<void>;
  /** The detections leave their incident for a new one, and no rule brings the two together again. @returns the new one */
  split(request: Signed & { readonly incident: string; readonly detections: readonly string[] }): Promise<string>;
  /** Opens an incident of detections that are in none. @returns its id */
  openFrom(request: Signed & { readonly detections: readonly string[] }): Promise<string>;
  close(request: Signed & { readonly incident: string; readonly as: Closing }): Promise<void>;
  reopen(request: Signed & { readonly incident: string }): Promise<void>;
  /** Roots that were found since become compromised nodes too, for the next plan. @throws FirebreakError FB-CASE-REFUSED */
  adoptRoots(request: Signed & { readonly incident: string }): Promise<void>;
  /** The newest verdict counts; the others are kept. @throws FirebreakError FB-NOT-FOUND */
  giveVerdict(request: { detection: string; verdict: DetectionVerdict; note: string; by: string }): Promise<void>;
  /** Hides what it covers, from now on and what is there. @returns its id @throws FirebreakError FB-USAGE */
  suppress(request: Signed & { readonly scope: SuppressionScope; readonly until: Date }): Promise<string>;
  /** What it hid stays hidden; what comes is shown again. @throws FirebreakError FB-NOT-FOUND */
  endSuppression(request: { readonly id: string; readonly by: string }): Promise<void>;
}

const longestSuppressionMs = 366 * 86_400_000;
/** Detections that a new suppression is laid over. */
const mostLookedBack = 20_000;

export function createDecisions<Tx>({ store, ledger, clock, estate }: CaseParts<Tx>): Decisions {
  /** One decision: under the lock, with the incidents judged afresh, told, and written down last. */
  async function decide<T>(
    work: (tx: Tx, now: Date) => Promise<{ answer: T; incidents: readonly string[]; entries: readonly LedgerDraft[] }>,
  ): Promise<T> {
    const view = await estate();
    return store.transaction(async (tx) => {
      await store.lock(tx);
      const { answer, incidents, entries } = await work(tx, clock.now());
      await rejudge({ store, tx, graph: view?.graph }, incidents);
      await store.announce(tx, [...incidents, ...entries.flatMap(({ incident }) => incident ?? [])]);
      await ledger.append(entries, tx);
      return answer;
    });
  }

  async function mustHave(tx: Tx, ids: readonly string[]): Promise<CaseRow[]> {
    const rows = await store.cases(tx, ids);
    return ids.map((id) => {
      const row = rows.find(({ incident }) => incident === id);
      if (row === undefined) throw new FirebreakError('FB-NOT-FOUND', `There is no incident ${id}.`);
      if (row.mergedInto !== null)
        throw new FirebreakError('FB-CASE-REFUSED', `${id} was merged into ${row.mergedInto}: work there.`);
      return row;
    });
  }

  async function gather(
    tx: Tx,
    detections: readonly string[],
    now: Date,
    by: string,
  ): Promise<{ id: string; placements: Placement[] }> {
    const id = newId('inc');
    await store.openIncident(tx, { id, title: '', openedAt: now.toISOString(), openedBy: by, compromised: [] });
    const members = await store.detections(tx, detections);
    const placements = members.map(
      ({ detection, traits }): Placement => ({
        detection: detection.id,
        incident: id,
        joined: { rule: 'hand', words: `${by} put it here.` },
        // What a person opens an incident of draws more of its kind, however light it is.
        traits: { ...traits, strong: true },
      }),
    );
    return { id, placements };
  }

  return {
    merge: ({ into, from, by, reason }) =>
      decide(async (tx, now) => {
        const others = [...new Set(from)].filter((id) => id !== into);
        if (others.length === 0)
          throw new FirebreakError('FB-CASE-REFUSED', 'An incident cannot be merged into itself.');
        const [target, ...rows] = await mustHave(tx, [into, ...others]);
        if (target?.closed !== null) throw new FirebreakError('FB-CASE-REFUSED', `${into} is closed: reopen it first.`);
        const worked = rows.find((row) => row.worked);
        if (worked !== undefined)
          throw new FirebreakError(
            'FB-CASE-REFUSED',
            `Something is carried out in ${worked.incident}: merge the other into it, and work there.`,
          );
        for (const other of others) {
          await store.putTogether(tx, into, other);
          await store.mergeInto(tx, other, into);
          await store.note(tx, other, { at: now, by, did: 'merged', reason, others: [into] });
        }
        await store.note(tx, into, { at: now, by, did: 'merged', reason, others });
        const entries = [into, ...others].map(
          (incident): LedgerDraft => ({
            incident,
            kind: 'incident.merged',
            actor: by,
            body: { from: others, into, reason },
          }),
        );
        return { answer: undefined, incidents: [into], entries };
      }),

    split: ({ incident, detections, by, reason }) =>
      decide(async (tx, now) => {
        await mustHave(tx, [incident]);
        const wanted = new Set(detections);
        const members = await store.members(tx, incident);
        const moving = members.filter(({ detection }) => wanted.has(detection.id)).map(({ detection }) => detection.id);
        if (moving.length < wanted.size)
          throw new FirebreakError('FB-NOT-FOUND', `Not all of these detections are in ${incident}.`);
        if (moving.length === members.length)
          throw new FirebreakError('FB-CASE-REFUSED', 'That is all of it: nothing would be left to split from.');
        const { id, placements } = await gather(tx, moving, now, by);
        await store.place(tx, placements);
        await store.setApart(tx, incident, id);
        await store.note(tx, incident, { at: now, by, did: 'split', reason, others: [id] });
        await store.note(tx, id, { at: now, by, did: 'split', reason, others: [incident] });
        const body = { from: incident, into: id, detections: moving, reason };
        const entries = [id, incident].map(
          (each): LedgerDraft => ({ incident: each, kind: 'incident.split', actor: by, body }),
        );
        return { answer: id, incidents: [incident, id], entries };
      }),

    openFrom: ({ detections, by, reason }) =>
      decide(async (tx, now) => {
        const wanted = [...new Set(detections)];
        const found = await store.detections(tx, wanted);
        if (found.length < wanted.length)
          throw new FirebreakError('FB-NOT-FOUND', 'Not all of these detections exist.');
        const taken = found.find((member) => member.incident !== null);
        if (taken !== undefined)
          throw new FirebreakError(
            'FB-CASE-REFUSED',
            `${taken.detection.id} is in ${taken.incident} already: split it there.`,
          );
        const { id, placements } = await gather(tx, wanted, now, by);
        await store.place(tx, placements);
        await store.note(tx, id, { at: now, by, did: 'opened', reason, others: [] });
        const entries = [
          {
            incident: id,
            kind: 'incident.opened',
            actor: by,
            body: { detections: wanted, reason, protect: 'default' },
          },
        ];
        return { answer: id, incidents: [id], entries };
      }),

    close: ({ incident, as, by, reason }) =>
      decide(async (tx, now) => {
        await mustHave(tx, [incident]);
        await store.close(tx, incident, { as, by, at: now, reason });
        await store.note(tx, incident, { at: now, by, did: 'closed', reason, others: [] });
        const entries = [{ incident, kind: 'incident.closed', actor: by, body: { as, reason } }];
        return { answer: undefined, incidents: [incident], entries };
      }),

    reopen: ({ incident, by, reason }) =>
      decide(async (tx, now) => {
        const [row] = await mustHave(tx, [incident]);
        if (row?.closed === null) throw new FirebreakError('FB-CASE-REFUSED', `${incident} is not closed.`);
        await store.close(tx, incident, null);
        await store.note(tx, incident, { at: now, by, did: 'reopened', reason, others: [] });
        const entries = [{ incident, kind: 'incident.reopened', actor: by, body: { reason } }];
        return { answer: undefined, incidents: [incident], entries };
      }),

    adoptRoots: ({ incident, by, reason }) =>
      decide(async (tx, now) => {
        const rows = await mustHave(tx, [incident]);
        for (const { title, compromised: before, roots } of rows) {
          const found = roots
            .filter(({ known, node }) => known && !before.includes(node.id))
            .map(({ node }) => node.id);
          if (found.length === 0)
            throw new FirebreakError('FB-CASE-REFUSED', `${incident} has no root that is not in it already.`);
          await store.rename(tx, incident, { title, compromised: [...before, ...found] });
          await store.note(tx, incident, { at: now, by, did: 'adopted', reason, others: [] });
        }
        const [row] = await store.cases(tx, [incident]);
        const body = { compromised: row?.compromised ?? [], reason };
        return { answer: undefined, incidents: [], entries: [{ incident, kind: 'incident.widened', actor: by, body }] };
      }),

    giveVerdict: ({ detection, verdict, note, by }) =>
      decide(async (tx, now) => {
        const [member] = await store.detections(tx, [detection]);
        if (member === undefined) throw new FirebreakError('FB-NOT-FOUND', `There is no detection ${detection}.`);
        await store.addVerdict(tx, detection, { verdict, note, by, at: now });
        const { incident } = member;
        const body = { detection, detector: member.detection.detector, verdict, note };
        const entries = [{ incident, kind: 'detection.judged', actor: by, body }];
        return { answer: undefined, incidents: incident === null ? [] : [incident], entries };
      }),

    suppress: ({ scope, reason, until, by }) =>
      decide(async (tx, now) => {
        const ms = until.getTime() - now.getTime();
        if (ms <= 0 || ms > longestSuppressionMs)
          throw new FirebreakError('FB-USAGE', 'A suppression ends in the future, and within a year.');
        const id = newId('sup');
        await store.suppress(tx, { id, scope, reason, by, at: now.toISOString(), until: until.toISOString() });
        const covered = (await store.shown(tx, mostLookedBack)).filter(({ detection }) => covers(scope, detection));
        await store.hide(
          tx,
          covered.map(({ detection }) => detection.id),
          id,
        );
        const incidents = [...new Set(covered.flatMap(({ incident }) => incident ?? []))];
        const body = { suppression: id, scope, reason, until: until.toISOString(), hides: covered.length, incidents };
        return { answer: id, incidents, entries: [{ incident: null, kind: 'suppression.made', actor: by, body }] };
      }),

    endSuppression: ({ id, by }) =>
      decide(async (tx, now) => {
        if (!(await store.endSuppression(tx, id, by, now)))
          throw new FirebreakError('FB-NOT-FOUND', `There is no suppression ${id} in force.`);
        const entries = [{ incident: null, kind: 'suppression.ended', actor: by, body: { suppression: id } }];
        return { answer: undefined, incidents: [], entries };
      }),
  };
}
