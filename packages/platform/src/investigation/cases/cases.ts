/**
 * From detections to incidents that people work. The running watch hands every batch of detections to `takeDetections`
 * (`station.cases`); what detections say, what people decide and what is open lives in the database, so that several servers may
 * do so at once, and a batch that is handed in twice changes nothing.
 */
import type { Detection, LedgerDraft } from '@firebreak/contract';
import type { Ledger } from '../../ledger/ledger.ts';
import { bounded } from './bounded.ts';
import type { CaseParts, CaseSettings } from './case-parts.ts';
import { createDecisions, type Decisions } from './decisions.ts';
import { regroup } from './regroup.ts';
import { covers } from './suppressions.ts';
import { traitsOf, withBefore } from './traits.ts';

export interface TakenDetections {
  /** New ones; the others were there. */
  readonly kept: number;
  readonly suppressed: number;
  readonly joined: number;
  readonly opened: readonly string[];
  readonly merged: readonly { readonly from: string; readonly into: string }[];
}

export interface Cases extends Decisions {
  /** Keeps detections and puts them in incidents. In whatever order and however often they come, the same comes of it. */
  takeDetections(detections: readonly Detection[]): Promise<TakenDetections>;
}

const day = 86_400_000;
const defaultSettings: CaseSettings = { opens: 'medium', windowMs: 7 * day, wayMs: day };

const mostInBatch = 5000;

export function createCases<Tx>(parts: CaseParts<Tx>): Cases {
  const { store, ledger, clock, estate, settings = defaultSettings } = parts;

  async function take(batch: readonly Detection[]): Promise<TakenDetections> {
    const view = await estate();
    const cited = new Set(batch.flatMap(({ events }) => events.map(({ id }) => id)));
    const events = new Map((await parts.events([...cited])).map((event) => [event.id, event]));
    const now = clock.now();
    return store.transaction(async (tx) => {
      await store.lock(tx);
      const there = await store.kept(
        tx,
        batch.map(({ id }) => id),
      );
      const isNews = ({ id, count }: Detection) => count > (there.get(id)?.detection.count ?? 0);
      const news = batch.filter(isNews);
      if (news.length === 0) return nothing;
      const active = (await store.suppressions(tx)).filter(({ until }) => until > now.toISOString());
      const rows = news.map((detection) => ({
        detection,
        traits: withBefore(
          there.get(detection.id)?.traits,
          traitsOf(
            detection,
            detection.events.flatMap(({ id }) => events.get(id) ?? []),
            view,
            settings.opens,
          ),
        ),
        suppressedBy: there.has(detection.id)
          ? (there.get(detection.id)?.suppressedBy ?? null)
          : (active.find(({ scope }) => covers(scope, detection))?.id ?? null),
      }));
      const fresh = rows.filter(({ detection }) => !there.has(detection.id));
      await store.insert(tx, fresh, now);
      await store.grow(
        tx,
        rows.filter(({ detection }) => there.has(detection.id)),
      );
      const suppressed = fresh.filter(({ suppressedBy }) => suppressedBy !== null).length;
      const shown = rows.filter(({ suppressedBy }) => suppressedBy === null);
      if (shown.length === 0) {
        await store.announce(tx, []);
        return { ...nothing, kept: fresh.length, suppressed };
      }
      const from = Math.min(...shown.map(({ traits }) => traits.last));
      const to = Math.max(...shown.map(({ traits }) => traits.last));
      const graph = view?.graph;
      const { done, entries } = await regroup(store, tx, { from, to, graph, spans: settings, now });
      await store.announce(tx, [...done.touched]);
      await appendAll(ledger, entries, tx);
      const { opened, joined, merged } = done;
      return { kept: fresh.length, suppressed, joined, opened, merged };
    });
  }

  return {
    ...createDecisions(parts),
    async takeDetections(detections) {
      const newest = new Map<string, Detection>();
      for (const each of detections.map(bounded))
        if (each.count > (newest.get(each.id)?.count ?? 0)) newest.set(each.id, each);
      const once = [...newest.values()];
      let all = nothing;
      for (let at = 0; at < once.length; at += mostInBatch) {
        const one = await take(once.slice(at, at + mostInBatch));
        all = {
          kept: all.kept + one.kept,
          suppressed: all.suppressed + one.suppressed,
          joined: all.joined + one.joined,
          opened: [...all.opened, ...one.opened],
          merged: [...all.merged, ...one.merged],
        };
      }
      return all;
    },
  };
}

const nothing: TakenDetections = { kept: 0, suppressed: 0, joined: 0, opened: [], merged: [] };

async function appendAll<Tx>(ledger: Ledger<Tx>, entries: readonly LedgerDraft[], tx: Tx): Promise<void> {
  if (entries.length > 0) await ledger.append(entries, tx);
}
