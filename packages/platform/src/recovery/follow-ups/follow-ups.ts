/**
 * Hardening after an incident (E6): what shall be gone by a date, with whose name on it. The graph says whether it is: a ticket that was
 * closed while the way is still there is found at the next audit. Each turn is an entry of the ledger; outlets carry them as tickets.
 */
import { FirebreakError, type FollowUp } from '@firebreak/contract';
import type { AttackGraph } from '../../graph/attack-graph.ts';
import { hasBit } from '../../graph/bitset.ts';
import { reach } from '../../graph/reach.ts';
import type { Clock } from '../../kernel/clock.ts';
import { newId } from '../../kernel/id.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import type { FollowUpRow, RecoveryStore } from '../store.ts';

export type NewFollowUp = Pick<FollowUp, 'incident' | 'title' | 'detail' | 'kind' | 'about' | 'owner' | 'due'> & {
  readonly by: string;
};

export interface FollowUps {
  list(incident?: string): Promise<readonly FollowUp[]>;
  open(request: NewFollowUp): Promise<FollowUp>;
  /** Asks the graph about every one that is open; each change is written down. */
  audit(graph: AttackGraph, by: string, incident?: string): Promise<readonly FollowUp[]>;
  /** Those whose day has passed since they were audited last, or that never were: what is to be asked about them now. */
  due(): Promise<readonly FollowUp[]>;
  /**
   * Closes one that the graph cannot be asked about, or that shall not be done after all.
   *
   * @throws FirebreakError FB-NOT-FOUND, FB-RECOVERY-STATE while the graph still shows what it is about, unless the risk is accepted
   */
  close(request: {
    readonly id: string;
    readonly by: string;
    readonly reason: string;
    readonly accept: boolean;
  }): Promise<FollowUp>;
}

export function createFollowUps<Tx>(parts: { store: RecoveryStore<Tx>; ledger: Ledger<Tx>; clock: Clock }): FollowUps {
  const { store, ledger, clock } = parts;
  const list = async (incident?: string) =>
    (await store.followUps(incident)).map((row) => view(row, clock.now().toISOString()));

  async function one(id: string): Promise<FollowUp> {
    const found = (await list()).find((each) => each.id === id);
    if (found === undefined) throw new FirebreakError('FB-NOT-FOUND', `There is no follow-up ${id}.`);
    return found;
  }

  return {
    list,

    async open({ by, ...wish }) {
      const row: FollowUpRow = {
        ...wish,
        id: newId('fol'),
        openedBy: by,
        openedAt: clock.now().toISOString(),
        due: new Date(wish.due).toISOString(),
        audit: null,
        closed: null,
      };
      const { id, incident, title, detail, kind, about, owner, due } = row;
      await store.transaction(async (tx) => {
        await store.openFollowUp(tx, row);
        const body = { followUp: id, title, detail, kind, about, owner, due };
        await ledger.append([{ incident, kind: 'follow-up.opened', actor: by, body }], tx);
      });
      return one(id);
    },

    async audit(graph, by, incident) {
      for (const followUp of await list(incident)) {
        if (followUp.about === null || followUp.closed !== null) continue;
        const found = ask(graph, followUp.about);
        const audit = { at: clock.now().toISOString(), ...found };
        const before = followUp.audit?.result;
        await store.transaction(async (tx) => {
          await store.auditFollowUp(tx, followUp.id, audit);
          // The same answer again is no news; that it is overdue is.
          if (before === found.result && !followUp.overdue) return;
          const body = {
            followUp: followUp.id,
            title: followUp.title,
            ...found,
            due: followUp.due,
            overdue: followUp.overdue,
          };
          await ledger.append([{ incident: followUp.incident, kind: 'follow-up.audited', actor: by, body }], tx);
        });
      }
      return list(incident);
    },

    due: async () =>
      (await list()).filter(({ overdue, about, due, audit }) => overdue && about !== null && (audit?.at ?? '') < due),

    async close({ id, by, reason, accept }) {
      const found = await one(id);
      if (found.audit?.result === 'there' && !accept)
        throw new FirebreakError(
          'FB-RECOVERY-STATE',
          `The graph still shows it: ${found.audit.what} Accept it, with a reason, or mend it.`,
        );
      const closed = { by, at: clock.now().toISOString(), reason };
      await store.transaction(async (tx) => {
        if (!(await store.closeFollowUp(tx, id, closed)))
          throw new FirebreakError('FB-RECOVERY-STATE', 'It was closed before.');
        const body = { followUp: id, title: found.title, reason, accepted: accept };
        await ledger.append([{ incident: found.incident, kind: 'follow-up.closed', actor: by, body }], tx);
      });
      return one(id);
    },
  };
}

/** Whether a step, or a way, is still there. What could not be read must not count as gone. Pure. */
function ask(
  graph: AttackGraph,
  about: NonNullable<FollowUp['about']>,
): Pick<NonNullable<FollowUp['audit']>, 'result' | 'what'> {
  const gap = graph.completeness.answer === 'limited' ? graph.completeness.reasons[0] : undefined;
  const gone = (what: string) =>
    gap === undefined
      ? ({ result: 'gone', what } as const)
      : ({
          result: 'cannot-tell',
          what: `${what} But not everything could be read: ${gap.where}: ${gap.reason}`,
        } as const);
  if (about.is === 'reach') {
    const [from, to] = [graph.indexOf.get(about.from), graph.indexOf.get(about.to)];
    if (from === undefined || to === undefined)
      return gone(`${from === undefined ? about.from : about.to} is not there any more.`);
    return hasBit(reach(graph.hypergraph, [from]).reached, to)
      ? { result: 'there', what: `${about.from} still reaches ${about.to}.` }
      : gone(`${about.from} does not reach ${about.to} any more.`);
  }
  for (const edge of graph.liveEdges())
    if (edge.type === about.type && edge.from === about.from && edge.to === about.to)
      return { result: 'there', what: `The step ${about.type} from ${about.from} to ${about.to} is still there.` };
  return gone(`The step ${about.type} from ${about.from} to ${about.to} is gone.`);
}

function view(row: FollowUpRow, now: string): FollowUp {
  const state = row.closed !== null ? 'closed' : row.audit?.result === 'gone' ? 'gone' : 'open';
  return { ...row, state, overdue: state === 'open' && row.due <= now };
}
