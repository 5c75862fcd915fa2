/**
 * The look at a containment that stands. `contained` is a state that the system grants and takes back: it holds while every step
 * is in effect, no probe gets through, and nothing protected is reachable on fresh facts.
 *
 * What must stay true:
 *
 * - A look reads and decides; what it decides is one transaction under the incident's lock, with its ledger entries, and is
 *   dropped when anything was done to the execution since the look began.
 * - What cannot be read is neither good nor bad at once: it counts as not holding after some looks in a row.
 * - Doing a reverted step again is no power of the watch: it puts rows behind the others, and they are read, recorded, applied
 *   and probed as all rows are. The way back stays that of the first time (`moved-on.ts`).
 * - Who reverts again and again is named, and after some times in an hour the watch stops fighting: two controllers that undo
 *   each other would go on for ever.
 */
import type { AnyAction } from '@firebreak/contract';
import type { Ledger } from '../ledger/ledger.ts';
import { actionOf, type Prove, standingRows, stepsInWords, unprovenOf } from './end-of-execution.ts';
import { type EvidenceEntry, recordEvidence } from './journal.ts';
import { lastWriter } from './last-writer.ts';
import { movedOn } from './moved-on.ts';
import { reassertion, standingOf } from './new-execution.ts';
import type { Pace } from './pace.ts';
import { stateBlob, stateFrom } from './recorded-state.ts';
import { refusedBy, withDeadline } from './step-work.ts';
import type { ExecutionRow, ExecutionStore, Proof, Reverted, StepRow, Watched } from './store.ts';

export interface WatchParts<Tx> {
  readonly id: string;
  readonly store: ExecutionStore<Tx>;
  readonly ledger: Ledger<Tx>;
  readonly actions: ReadonlyMap<string, AnyAction>;
  readonly session: (action: string, params: unknown) => unknown;
  readonly pace: Pace;
  readonly now: () => Date;
}

/** What a look found of one step. */
type Found = { readonly row: StepRow } & (
  | { readonly is: 'holding' }
  | { readonly is: 'reverted'; readonly by: string | null; readonly what: string; readonly state: unknown }
  | { readonly is: 'open'; readonly what: string }
  | { readonly is: 'unread'; readonly what: string }
);

/** The estate as a whole, among what can be unread. */
const estate = 'estate';
const hour = 3_600_000;

/**
 * Looks at one containment.
 *
 * @param prove on facts that are fresh
 * @returns whether rows were added that may run
 */
export async function lookAt<Tx>(
  parts: WatchParts<Tx>,
  { id, incident }: { readonly id: string; readonly incident: string },
  prove: Prove,
  signal: AbortSignal,
): Promise<boolean> {
  const executions = await parts.store.all(incident);
  const execution = executions.find((each) => each.id === id);
  if (execution === undefined || !isWatched(execution)) return false;
  const found: Found[] = [];
  for (const row of watchedRows(executions, execution)) found.push(await stepFound(parts, execution, row, signal));
  const proof = await proofFound(parts, execution, prove, signal);
  return decide(parts, execution, found, proof);
}

/** Its steps are done, whatever became of them since. */
export function isWatched({ direction, state }: ExecutionRow): boolean {
  return direction === 'contain' && ['contained', 'done-unproven', 'not-contained'].includes(state);
}

/** The rows that count, of steps that changed something and that nobody brought back on our behalf. */
function watchedRows(executions: readonly ExecutionRow[], execution: ExecutionRow): readonly StepRow[] {
  const standing = new Set(standingOf(executions).map(({ id }) => id));
  return standingRows(execution.steps).filter((row) => row.plan !== null && standing.has(row.reasserts ?? row.id));
}

async function stepFound<Tx>(
  { actions, session, pace, ledger }: WatchParts<Tx>,
  execution: ExecutionRow,
  row: StepRow,
  signal: AbortSignal,
): Promise<Found> {
  const last = execution.steps.findLast(
    ({ id, reasserts, after }) => after !== null && (id === row.id || (reasserts ?? id) === (row.reasserts ?? row.id)),
  );
  if (last === undefined || last.before === null || last.after === null) return { row, is: 'holding' };
  try {
    const action = actionOf(actions, row.plan?.lever.action);
    const params: unknown = action.params.parse(row.plan?.lever.params);
    const before = stateFrom(action, await ledger.getBlob(last.before));
    const left = stateFrom(action, await ledger.getBlob(last.after));
    const attempt = { session: await session(action.id, params), key: `watch/${execution.id}/${row.plan?.id}` };
    const read = await withDeadline(pace.callMs, signal, (call) => action.read({ ...attempt, signal: call }, params));
    const now: unknown = action.before.parse(JSON.parse(JSON.stringify(read.record)));
    if (!action.inEffect(now, params, before)) {
      const by = lastWriter(now, left);
      const paths = movedOn(action, params, { before: left, left, now }).leftovers.map(({ path }) => path);
      const where = paths.length === 0 ? '' : ` (${paths.slice(0, 3).join(', ')})`;
      return { row, is: 'reverted', by, what: `It is no longer in effect${where}.`, state: now };
    }
    if (((execution.watched?.looks ?? 0) + 1) % pace.probeEvery === 0) {
      const probes = await withDeadline(pace.callMs, signal, (call) =>
        action.probe({ ...attempt, signal: call }, params, { record: before }),
      );
      const open = probes.find(({ result }) => result === 'fails');
      if (open !== undefined) return { row, is: 'open', what: `${open.what}: ${open.evidence}` };
    }
    return { row, is: 'holding' };
  } catch (error) {
    signal.throwIfAborted();
    const { code, reason } = refusedBy(error);
    return { row, is: 'unread', what: `${code}: ${reason}` };
  }
}

/** Null when it could not be made. */
async function proofFound<Tx>(
  { pace, now }: WatchParts<Tx>,
  execution: ExecutionRow,
  prove: Prove,
  signal: AbortSignal,
): Promise<Proof | null> {
  try {
    const found = await withDeadline(pace.proofMs, signal, (call) => prove(execution, call));
    return { at: now().toISOString(), ...found };
  } catch {
    signal.throwIfAborted();
    return null;
  }
}

async function decide<Tx>(
  parts: WatchParts<Tx>,
  seen: ExecutionRow,
  found: readonly Found[],
  proof: Proof | null,
): Promise<boolean> {
  const { store, pace } = parts;
  return store.transaction(async (tx) => {
    const executions = await store.lockIncident(tx, seen.incident);
    const execution = executions.find(({ id }) => id === seen.id);
    if (execution === undefined || !isSameAs(execution, seen) || isSuperseded(executions, execution)) return false;

    const at = parts.now().toISOString();
    const unread = unreadOf(execution, found, proof);
    const trouble = troubleOf(found, proof, unread, pace.blindLooks);
    const open = standingRows(execution.steps).filter((row) => row.plan !== null && row.state !== 'done');
    const back = found.filter(({ is, row }) => is === 'holding' && isDown(row));
    const stillOpen = open.filter(({ id }) => back.every(({ row }) => row.id !== id));
    const certain = proof?.contained === true && found.every(({ is }) => is === 'holding');
    const granted = certain && stillOpen.length === 0 && unprovenOf(execution.steps).length === 0;

    const evidence: EvidenceEntry[] = [];
    const about = (row: StepRow) => ({ execution: execution.id, step: row.plan?.id, target: row.plan?.target.id });
    const steps: { id: string; state: StepRow['state']; reverted: Reverted | null }[] = [];
    for (const one of found) {
      const { row } = one;
      if (one.is === 'reverted' && row.state !== 'reverted') {
        steps.push({ id: row.id, state: 'reverted', reverted: { at, by: one.by, what: one.what } });
        const state = stateBlob('found.json', one.state);
        const body = { ...about(row), by: one.by, what: one.what, found: state.sha256 };
        evidence.push({ kind: 'watch.reverted', body, blobs: [state] });
      } else if (one.is === 'holding' && isDown(row)) {
        steps.push({ id: row.id, state: 'done', reverted: null });
        evidence.push({ kind: 'watch.back', body: about(row) });
      }
    }

    let state: ExecutionRow['state'] | undefined;
    let kept: Proof | undefined;
    if (granted && execution.state !== 'contained' && proof !== null) {
      state = 'contained';
      kept = proof;
      evidence.push({ kind: 'incident.contained', body: { execution: execution.id, proof, unproven: [] } });
    } else if (trouble !== null && execution.state === 'contained') {
      state = 'not-contained';
      kept = { ...(proof ?? { at, reachable: [] }), contained: false, detail: trouble };
      evidence.push({ kind: 'incident.not-contained', body: { execution: execution.id, proof: kept, watch: true } });
    }

    const { again, gaveUp } = againOf(execution, found, pace.fights);
    for (const { row, by } of gaveUp)
      evidence.push({ kind: 'watch.gave-up', body: { ...about(row), times: pace.fights, by } });
    const watched: Watched = {
      looks: (execution.watched?.looks ?? 0) + 1,
      lookedAt: at,
      note: noteOf(trouble, [...gaveUpBefore(execution, found), ...gaveUp]),
      unread,
      gaveUp: [...(execution.watched?.gaveUp ?? []), ...gaveUp.map(({ row }) => row.reasserts ?? row.id)],
    };
    await store.judge(tx, execution.id, {
      ...(state === undefined ? {} : { state }),
      ...(kept === undefined ? {} : { proof: kept }),
      steps,
      watched,
    });
    if (again.length > 0) {
      const rows = reassertion(execution, again);
      await store.append(tx, execution.id, rows);
      const names = rows.flatMap(({ plan }) => (plan === null ? [] : [plan.id]));
      evidence.push({ kind: 'watch.re-asserting', body: { execution: execution.id, steps: names } });
    }
    const actor = `watch:${parts.id}`;
    await recordEvidence(
      parts,
      tx,
      evidence.map((entry) => ({ ...entry, incident: execution.incident, actor })),
    );
    return again.length > 0;
  });
}

/** It was reverted, or was to be done again and could not be. */
function isDown({ state, reasserts, endedAt }: StepRow): boolean {
  return state === 'reverted' || (reasserts !== null && endedAt !== null && state !== 'done');
}

/** Nothing was done to it since it was read. */
function isSameAs(execution: ExecutionRow, seen: ExecutionRow): boolean {
  return (
    isWatched(execution) &&
    execution.state === seen.state &&
    execution.watch === seen.watch &&
    execution.watched?.looks === seen.watched?.looks &&
    execution.steps.length === seen.steps.length &&
    execution.steps.every((row, at) => row.state === seen.steps[at]?.state)
  );
}

/** Something newer decides what stands. An undo of single steps leaves the others, once it is over. */
function isSuperseded(executions: readonly ExecutionRow[], execution: ExecutionRow): boolean {
  const newer = executions.slice(executions.findIndex(({ id }) => id === execution.id) + 1);
  return newer.some(({ partial, state }) => !partial || (state !== 'undone' && state !== 'stopped'));
}

function unreadOf(execution: ExecutionRow, found: readonly Found[], proof: Proof | null): Record<string, number> {
  const before = execution.watched?.unread ?? {};
  const unread = found.filter(({ is }) => is === 'unread').map(({ row }) => row.id);
  if (proof === null) unread.push(estate);
  return Object.fromEntries(unread.map((name) => [name, (before[name] ?? 0) + 1]));
}

/** Why it does not hold, in words; null while nothing speaks against it. */
function troubleOf(
  found: readonly Found[],
  proof: Proof | null,
  unread: Readonly<Record<string, number>>,
  blindLooks: number,
): string | null {
  const said: string[] = [];
  const reverted = found.filter((one) => one.is === 'reverted');
  if (reverted.length > 0) {
    const by = [...new Set(reverted.flatMap((one) => one.by ?? []))];
    said.push(
      `${capital(stepsInWords(reverted.map(({ row }) => row)))} reverted${by.length === 0 ? '' : ` by ${by.join(', ')}`}.`,
    );
  }
  for (const one of found)
    if (one.is === 'open') said.push(`A probe of step ${one.row.plan?.ordinal} gets through: ${one.what}.`);
  for (const one of found)
    if (one.is === 'unread' && (unread[one.row.id] ?? 0) >= blindLooks)
      said.push(`Step ${one.row.plan?.ordinal} can no longer be read: ${one.what}`);
  if (proof === null && (unread[estate] ?? 0) >= blindLooks) said.push('The estate can no longer be collected.');
  if (proof?.contained === false) said.push(proof.detail);
  return said.length === 0 ? null : said.join(' ');
}

type Reversion = Extract<Found, { is: 'reverted' }>;

function againOf(
  execution: ExecutionRow,
  found: readonly Found[],
  fights: number,
): { readonly again: readonly StepRow[]; readonly gaveUp: readonly Reversion[] } {
  const again: StepRow[] = [];
  const gaveUp: Reversion[] = [];
  if (execution.watch !== 're-assert') return { again, gaveUp };
  for (const one of found) {
    if (one.is !== 'reverted') continue;
    const first = one.row.reasserts ?? one.row.id;
    if (execution.watched?.gaveUp.includes(first) === true) continue;
    const lately = execution.steps.filter(({ reasserts, ageMs }) => reasserts === first && ageMs < hour);
    if (lately.length >= fights) gaveUp.push(one);
    else again.push(one.row);
  }
  return { again, gaveUp };
}

function gaveUpBefore(execution: ExecutionRow, found: readonly Found[]): readonly Reversion[] {
  const before = execution.watched?.gaveUp ?? [];
  return found.flatMap((one) =>
    one.is === 'reverted' && before.includes(one.row.reasserts ?? one.row.id) ? [one] : [],
  );
}

function noteOf(trouble: string | null, gaveUp: readonly Reversion[]): string | null {
  if (gaveUp.length === 0) return trouble;
  const who = [...new Set(gaveUp.map(({ by }) => by ?? 'somebody unknown'))].join(', ');
  return `${trouble ?? ''} ${who} keeps reverting; it is not done again until somebody asks for it.`.trim();
}

function capital(sentence: string): string {
  return sentence.charAt(0).toUpperCase() + sentence.slice(1);
}
