/**
 * Canaries that run. All that is known of one is in its row: the look under way with what it saw, the move of the traffic that was begun.
 * A worker holds a row by lease and fence; when it dies, another one reads the row and goes on, and nothing is counted twice, because
 * what was read and up to when is written in one transaction.
 *
 * What must stay true:
 * - A move is written down before it is made. After a crash it is made again: levers read first, and what is in effect is not repeated.
 * - Scaling up needs a pass. Every other ending (too little data, marginal, a serving layer that does not follow) goes back.
 * - Going back is never given up quietly: a canary whose traffic cannot be taken away is `stuck`, and says so.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type CanaryConfig,
  type CanaryLine,
  type CanaryLook,
  type CanaryMove,
  type CanaryRun,
  type CanarySamples,
  canaryEnds,
  FirebreakError,
  type LedgerDraft,
  type Role,
  roles,
} from '@firebreak/contract';
import type { Clock } from '../../kernel/clock.ts';
import { newId } from '../../kernel/id.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import type { CanaryApproval, CanaryApprovals } from './approval.ts';
import { courseAfter, judgedStages, judgeLook, lackingIn, seenFigures } from './course.ts';
import { brokenByMetric } from './must-hold.ts';
import { withSamples } from './observed.ts';
import { readAll, readFrom } from './read-all.ts';
import type { CanarySources, CanaryTraffic } from './sources.ts';
import type { CanaryChange, CanaryClaim, CanaryRow, CanaryStore, WorkingLook } from './store.ts';

export interface Canaries {
  /**
   * Starts it, at once where whoever asks may approve what it does to traffic.
   *
   * @throws FirebreakError FB-USAGE for traffic that no open source can move, FB-AUTH-FORBIDDEN for a responder's where somebody else does
   */
  start(request: { config: CanaryConfig; by: string; role: Role }): Promise<CanaryRun>;
  /** @throws FirebreakError FB-NOT-FOUND, FB-CANARY-OVER, FB-APPROVAL-DIGEST, FB-APPROVAL-REFUSED, FB-APPROVAL-SECOND-PERSON */
  approve(request: { id: string; digest: string; by: string; role: Role }): Promise<CanaryRun>;
  /** @throws FirebreakError FB-NOT-FOUND */
  get(id: string): Promise<CanaryRun>;
  list(incident?: string): Promise<readonly CanaryLine[]>;
  /** Takes the traffic away from it, and ends it. @throws FirebreakError FB-NOT-FOUND, FB-CANARY-OVER */
  stop(request: { id: string; by: string; why: string }): Promise<CanaryRun>;
  /** Of the same batch only the first counts. @throws FirebreakError FB-NOT-FOUND, FB-CANARY-OVER, FB-USAGE, FB-INTAKE-FULL */
  send(id: string, samples: CanarySamples): Promise<{ readonly known: boolean }>;
  /** Begins to work on what is due, ours and what others left. */
  work(): void;
  close(): Promise<void>;
}

export interface CanaryPace {
  readonly leaseMs: number;
  /** Between two looks into the table for something due. */
  readonly pollMs: number;
  /** Between two readings of the sources. */
  readonly readMs: number;
  readonly readTimeoutMs: number;
  /** Attempts at one move of the traffic, and between two of them. */
  readonly attempts: number;
  readonly againMs: number;
}

const defaultPace: CanaryPace = {
  leaseMs: 60_000,
  pollMs: 1000,
  readMs: 5000,
  readTimeoutMs: 45_000,
  attempts: 5,
  againMs: 5000,
};

export interface CanaryParts<Tx> {
  readonly store: CanaryStore<Tx>;
  readonly ledger: Ledger<Tx>;
  readonly clock: Clock;
  readonly sources: CanarySources;
  readonly traffic: CanaryTraffic;
  readonly approvals: CanaryApprovals;
  readonly worker: string;
  readonly pace?: Partial<CanaryPace>;
  readonly onTrouble?: (error: unknown) => void;
}

export function createCanaries<Tx>(parts: CanaryParts<Tx>): Canaries {
  const { store, ledger, clock, sources, traffic, approvals } = parts;
  const pace = { ...defaultPace, ...parts.pace };
  const onTrouble = parts.onTrouble ?? (() => undefined);
  const closing = new AbortController();
  let loop: Promise<void> | undefined;

  const now = () => clock.now().toISOString();
  const entry = (row: { incident: string | null }, actor: string, kind: string, body: object): LedgerDraft => ({
    incident: row.incident,
    kind,
    actor,
    body: { ...body },
  });

  async function run(id: string): Promise<CanaryRun> {
    const row = await store.get(id);
    if (row === null) throw new FirebreakError('FB-NOT-FOUND', `There is no canary ${id}.`);
    const [looks, moves] = await Promise.all([store.looks(id), store.moves(id)]);
    return runOf(row, looks, moves);
  }

  /** Saves and, last in the transaction, records. @throws Fenced */
  async function save(claim: CanaryClaim, change: CanaryChange, more?: (tx: Tx) => Promise<readonly LedgerDraft[]>) {
    await store.transaction(async (tx) => {
      if (!(await store.save(tx, claim, change))) throw new Fenced();
      const drafts = (await more?.(tx)) ?? [];
      if (drafts.length > 0) await ledger.append(drafts, tx);
    });
  }

  async function advance(claim: CanaryClaim, signal: AbortSignal): Promise<void> {
    if (claim.moving !== null) return move(claim, claim.moving, signal);
    if (claim.state === 'waiting-approval') return withdraw(claim);
    if (claim.asked !== null && claim.state !== 'rolling-back')
      return begin(claim, 0, `${claim.asked.by} stopped it: ${claim.asked.why}`, { state: 'rolling-back' });
    switch (claim.state) {
      case 'starting':
        return begin(claim, judgedStages(claim.config)[0]?.percent ?? 0, 'The first stage.', {});
      case 'rolling-back':
        return begin(claim, 0, claim.why, {});
      case 'promoting':
        return begin(claim, 100, claim.why, {});
      default:
        return look(claim, signal);
    }
  }

  /** Somebody stops what nobody has approved: nothing was moved yet. */
  async function withdraw(claim: CanaryClaim): Promise<void> {
    const why = `${claim.asked?.by} stopped it: ${claim.asked?.why}`;
    await save(claim, { state: 'stopped', why, endedAt: now(), release: true }, async () => [
      entry(claim, 'firebreak', 'canary.stopped', { canary: claim.id, why }),
    ]);
  }

  /** Whether the traffic may be moved; if not, the canary waits for approval again, or ends. */
  async function admitted(claim: CanaryClaim): Promise<boolean> {
    const begun = claim.before !== null || claim.percent !== null;
    const answer = approvals.admit(claim, claim.open.approval, begun);
    if (answer.is === 'admitted') return true;
    const [kind, code, change]: readonly [string, string, CanaryChange] =
      answer.is === 'expired'
        ? ['approval.expired', 'FB-APPROVAL-EXPIRED', { state: 'waiting-approval' }]
        : ['capability.refused', answer.code, { state: 'stuck', endedAt: now() }];
    const why = `${code}: ${answer.why}${begun ? ` ${mayHaveTraffic}` : ''}`;
    await save(claim, { ...change, why, moving: null, release: true }, async () => [
      entry(claim, 'approval', kind, { canary: claim.id, why }),
    ]);
    return false;
  }

  /** Writes a move down; the next advance makes it. */
  async function begin(claim: CanaryClaim, percent: number, why: string, change: CanaryChange): Promise<void> {
    if (!(await admitted(claim))) return;
    const moving = { percent, why, at: now() };
    await save(claim, { ...change, why, moving, release: true }, async () => [
      entry(claim, 'firebreak', 'canary.moving', { canary: claim.id, percent, why }),
    ]);
  }

  async function move(
    claim: CanaryClaim,
    moving: NonNullable<CanaryRow['moving']>,
    signal: AbortSignal,
  ): Promise<void> {
    if (!(await admitted(claim))) return;
    const { config } = claim;
    const { percent } = moving;
    const moved = await traffic.move({
      config,
      percent,
      before: claim.before ?? undefined,
      key: `${claim.id} ${percent}`,
      signal,
      found: (before) =>
        save(claim, { before }, async () => [entry(claim, 'firebreak', 'canary.before', { canary: claim.id, before })]),
    });
    const inPlace = moved.outcome === 'done' || moved.outcome === 'by-hand';
    const probes = [...moved.probes, ...(inPlace ? await traffic.whoAnswers(config, percent, signal) : [])];
    const refuted = probes.find(({ result }) => result === 'fails');
    const done: CanaryMove = { ...moving, ...moved, probes };
    const told = entry(claim, 'firebreak', 'canary.moved', { canary: claim.id, ...done });
    const attempts = claim.open.attempts + 1;
    if (!inPlace || (refuted !== undefined && attempts < pace.attempts)) {
      const why = inPlace ? `The serving layer does not follow: ${refuted?.evidence ?? ''}` : moved.detail;
      if (attempts < pace.attempts)
        return save(claim, { why, open: { ...claim.open, attempts }, dueInMs: pace.againMs, release: true });
      return after(claim, done, `The traffic could not be moved: ${why}`, told);
    }
    return after(
      claim,
      done,
      refuted === undefined ? null : `The serving layer does not follow: ${refuted.evidence}`,
      told,
    );
  }

  /** What comes after a move that is over, well (`failed` null) or not. */
  async function after(claim: CanaryClaim, done: CanaryMove, failed: string | null, told: LedgerDraft): Promise<void> {
    const at = now();
    const open = { ...claim.open, attempts: 0 };
    // Whoever asked while the traffic was moving is heard before anything ends well.
    const asked = (await store.get(claim.id))?.asked ?? null;
    const back = claim.state === 'rolling-back';
    const ends = (state: CanaryRow['state'], why: string): CanaryChange => ({ state, why, endedAt: at });
    const change: CanaryChange =
      failed !== null && back
        ? ends('stuck', `${failed} ${mayHaveTraffic}`)
        : failed !== null
          ? { state: 'rolling-back', why: failed }
          : back
            ? ends(asked === null ? 'rolled-back' : 'stopped', done.why)
            : claim.state === 'promoting' && asked === null
              ? ends('promoted', done.why)
              : { state: 'running', why: done.why, stageSince: at, lookSince: at };
    await save(
      claim,
      {
        ...change,
        percent: failed === null ? done.percent : null,
        moving: null,
        open: { ...open, readUntil: readFrom(at) },
        release: true,
      },
      async (tx) => {
        await store.addMove(tx, claim.id, done);
        const end =
          change.endedAt === undefined
            ? []
            : [entry(claim, 'firebreak', `canary.${change.state}`, { canary: claim.id, why: change.why })];
        return [told, ...end];
      },
    );
  }

  /** Reads the sources, tests what can be tested, and does what comes of it. */
  async function look(claim: CanaryClaim, signal: AbortSignal): Promise<void> {
    const { config, open } = claim;
    const stage = judgedStages(config)[open.stage];
    if (stage === undefined) throw new Error(`canary ${claim.id} has no stage ${open.stage}`);
    const at = clock.now();
    const reading = await readAll(sources, {
      config,
      readUntil: open.readUntil,
      until: at,
      guard: open.guard,
      lacking: new Set(lackingIn(config, open)),
      signal: AbortSignal.any([signal, AbortSignal.timeout(pace.readTimeoutMs)]),
    });
    const before = await store.seen(claim.id);
    const inStage = at.getTime() - Date.parse(claim.stageSince);
    const inLook = at.getTime() - Date.parse(claim.lookSince);
    const overdue = inStage >= stage.maxSeconds * 1000;
    const ripe = inLook >= stage.lookSeconds * 1000 || overdue;
    await store.transaction(async (tx) => {
      const sent = await store.takeSamples(tx, claim.id);
      const name = `${claim.id} ${open.number}`;
      const seen = withSamples(open.seen, [...reading.samples, ...sent], name);
      const guard = reading.guard ?? open.guard;
      const read: WorkingLook = { ...open, seen, guard, readUntil: reading.readUntil };
      const broken = brokenByMetric(config, guard.failing);
      const told = ripe || Object.keys(broken).length > 0;
      const judged = told ? judgeLook(config, before, read, { broken, ripe, unread: reading.unread }) : undefined;
      const reached =
        judged === undefined
          ? null
          : courseAfter(config, read, judged.verdict, { lookInStage: open.lookInStage, overdue });
      // Who cannot see may take traffic away, never give more.
      const course = reading.trouble.length > 0 && reached?.decision !== 'rollback' ? null : reached;
      const trouble = reading.trouble.slice(0, 5).join(' ');
      const held: WorkingLook = { ...read, verdicts: judged?.verdicts ?? open.verdicts };
      const waiting: CanaryChange = {
        state: reading.trouble.length > 0 ? 'frozen' : 'running',
        why:
          reading.trouble.length > 0
            ? `Something cannot be read, so nothing is scaled up: ${trouble}`
            : waitingFor(config, held, ripe),
        open: held,
        dueInMs: pace.readMs,
        release: true,
      };
      // A marginal stage waits for its time to be over; its last look is told once.
      const isTold = before.length > open.number;
      if (course === null || judged === undefined || (course.decision === 'prolong' && isTold)) {
        const change = course === null ? waiting : { ...waiting, why: course.why };
        if (!(await store.save(tx, claim, change))) throw new Fenced();
        return;
      }
      const decided = course.decision;
      const look: CanaryLook = {
        number: open.number,
        stage: open.stage,
        from: claim.lookSince,
        to: at.toISOString(),
        verdict: judged.verdict,
        decision: decided,
        why: course.why,
        trouble: [...reading.trouble, ...reading.notes],
        seen: seenFigures(config, seen),
      };
      await store.addLook(tx, claim.id, look, seen);
      const fresh = { ...held, number: open.number + 1, seen: {}, verdicts: {}, lookInStage: open.lookInStage + 1 };
      const change: CanaryChange =
        decided === 'prolong'
          ? { ...waiting, why: course.why }
          : decided === 'next-look'
            ? { state: 'running', why: course.why, lookSince: at.toISOString(), open: fresh, dueInMs: pace.readMs }
            : decided === 'rollback'
              ? { state: 'rolling-back', why: course.why, open: held }
              : decided === 'complete'
                ? { state: 'promoting', why: course.why, open: fresh }
                : {
                    why: course.why,
                    stage: open.stage + 1,
                    open: { ...fresh, stage: open.stage + 1, lookInStage: 0 },
                    moving: {
                      percent: judgedStages(config)[open.stage + 1]?.percent ?? 0,
                      why: course.why,
                      at: at.toISOString(),
                    },
                  };
      if (!(await store.save(tx, claim, { ...change, release: true }))) throw new Fenced();
      const { verdict } = judged;
      await ledger.append(
        [
          entry(claim, 'firebreak', 'canary.looked', {
            canary: claim.id,
            look: open.number,
            stage: open.stage,
            class: verdict.class,
            score: verdict.score,
            decision: decided,
            why: course.why,
            reasons: verdict.reasons.slice(0, 10),
          }),
        ],
        tx,
      );
    });
  }

  /** @throws FirebreakError FB-APPROVAL-REFUSED and the like; nothing is written then */
  async function approved(
    canary: Pick<CanaryRow, 'id' | 'incident' | 'config'>,
    was: CanaryApproval,
    by: { readonly name: string; readonly role: Role },
  ): Promise<void> {
    const is = await approvals.give(canary, was, by);
    const next =
      is.capability === null
        ? { state: 'waiting-approval' as const, why: `${is.given.length} of ${is.step.approvals} people approved it.` }
        : { state: 'starting' as const, why: 'It is approved.' };
    await store.transaction(async (tx) => {
      if (!(await store.approve(tx, canary.id, { was, is }, next)))
        throw new FirebreakError('FB-CANARY-OVER', `Canary ${canary.id} waits for this approval no more.`);
      const { digest, step, given } = is;
      const body = {
        canary: canary.id,
        digest,
        lever: step.lever,
        needed: step.approvals,
        policy: given.at(-1)?.policy,
      };
      await ledger.append([entry(canary, by.name, 'canary.approved', body)], tx);
    });
  }

  async function turn(): Promise<boolean> {
    const claims = await store.claim(parts.worker, 4, pace.leaseMs);
    await Promise.all(
      claims.map(async (claim) => {
        const ours = new AbortController();
        const beat = setInterval(() => {
          store.renew([claim], pace.leaseMs).then(
            (held) => held.has(claim.id) || ours.abort(),
            () => undefined,
          );
        }, pace.leaseMs / 3);
        try {
          await advance(claim, AbortSignal.any([closing.signal, ours.signal]));
        } catch (error) {
          if (!(error instanceof Fenced) && !closing.signal.aborted) {
            onTrouble(error);
            const why = `It is tried again: ${error instanceof FirebreakError ? error.message : 'something failed inside'}`;
            await save(claim, { why, dueInMs: pace.againMs, release: true }).catch(onTrouble);
          }
        } finally {
          clearInterval(beat);
        }
      }),
    );
    return claims.length > 0;
  }

  return {
    async start({ config, by, role }) {
      if (judgedStages(config).length === 0)
        throw new FirebreakError(
          'FB-USAGE',
          'A canary needs a stage below 100 %, where there is something to compare with.',
        );
      traffic.check(config);
      const approval = await approvals.wanted(config);
      if (approval === null && roles.indexOf(role) < roles.indexOf('approver'))
        throw new FirebreakError(
          'FB-AUTH-FORBIDDEN',
          'Where somebody else moves the traffic, an approver starts the canary.',
        );
      const [id, at] = [newId('can'), now()];
      await store.transaction(async (tx) => {
        await store.create(tx, {
          id,
          incident: config.incident,
          config,
          state: approval === null ? 'starting' : 'waiting-approval',
          stage: 0,
          percent: null,
          why: approval === null ? 'It was asked for.' : 'It waits for approval.',
          startedAt: at,
          startedBy: by,
          stageSince: at,
          lookSince: at,
          open: {
            number: 0,
            stage: 0,
            lookInStage: 0,
            seen: {},
            verdicts: {},
            readUntil: readFrom(at),
            guard: { at: 0, failing: {} },
            attempts: 0,
            approval,
          },
        });
        await ledger.append([entry(config, by, 'canary.started', { canary: id, config })], tx);
      });
      if (approval !== null)
        await approved({ id, incident: config.incident, config }, approval, { name: by, role }).catch(othersMay);
      return run(id);
    },

    async approve({ id, digest, by, role }) {
      const row = await store.get(id);
      if (row === null) throw new FirebreakError('FB-NOT-FOUND', `There is no canary ${id}.`);
      const { approval } = row.open;
      if (row.state !== 'waiting-approval' || approval === null) throw over(row);
      if (approval.digest !== digest)
        throw new FirebreakError(
          'FB-APPROVAL-DIGEST',
          `The description of canary ${id} has the digest ${approval.digest}.`,
        );
      await approved(row, approval, { name: by, role });
      return run(id);
    },

    get: run,
    list: async (incident) => (await store.list(200, incident)).map(lineOfRow),

    async stop({ id, by, why }) {
      await store.transaction(async (tx) => {
        const row = await store.get(id);
        if (row === null) throw new FirebreakError('FB-NOT-FOUND', `There is no canary ${id}.`);
        if (!(await store.ask(tx, id, { by, why }))) throw over(row);
        await ledger.append([entry(row, by, 'canary.stop-asked', { canary: id, why })], tx);
      });
      return run(id);
    },

    async send(id, { id: batch, samples }) {
      const row = await store.get(id);
      if (row === null) throw new FirebreakError('FB-NOT-FOUND', `There is no canary ${id}.`);
      if (canaryEnds.includes(row.state)) throw over(row);
      const taken = new Map(
        row.config.metrics.flatMap(({ name, source, kind }) => (source.from === 'sent' ? [[name, kind]] : [])),
      );
      const wrong = samples.find(({ metric, values, total }) =>
        taken.get(metric) === 'values'
          ? values === undefined
          : taken.get(metric) !== 'proportion' || total === undefined,
      );
      if (wrong !== undefined)
        throw new FirebreakError('FB-USAGE', `${wrong.metric} is not sent in, or not in this form.`);
      const became = await store.transaction((tx) => store.addSamples(tx, id, batch, samples));
      if (became === 'full') throw new FirebreakError('FB-INTAKE-FULL', `Too many samples of canary ${id} wait.`);
      return { known: became === 'known' };
    },

    work() {
      loop ??= (async () => {
        while (!closing.signal.aborted) {
          const busy = await turn().catch((error: unknown) => {
            if (!closing.signal.aborted) onTrouble(error);
            return false;
          });
          await sleep(busy ? Math.min(50, pace.pollMs) : pace.pollMs, undefined, { signal: closing.signal }).catch(
            () => undefined,
          );
        }
      })();
    },

    async close() {
      closing.abort();
      await loop;
    },
  };
}

const mayHaveTraffic = 'The canary may still have traffic: take it away by hand.';

/** The row is another worker's now. */
class Fenced extends Error {}

/** Who starts it need not be who may approve it. */
function othersMay(error: unknown): void {
  if (!(error instanceof FirebreakError && error.code === 'FB-APPROVAL-REFUSED')) throw error;
}

function over({ id, state }: CanaryRow): FirebreakError {
  return new FirebreakError('FB-CANARY-OVER', `Canary ${id} is ${state}.`);
}

function waitingFor(config: CanaryConfig, look: WorkingLook, ripe: boolean): string {
  const lacking = lackingIn(config, look);
  if (!ripe) return 'A look takes its time.';
  return lacking.length === 0
    ? 'The look is being taken.'
    : `Too little was seen yet of ${lacking.slice(0, 5).join(', ')}.`;
}

function runOf(row: CanaryRow, looks: readonly CanaryLook[], moves: readonly CanaryMove[]): CanaryRun {
  const stage = judgedStages(row.config)[row.open.stage];
  const running = row.state === 'running' || row.state === 'frozen';
  const next = Date.parse(row.lookSince) + (stage?.lookSeconds ?? 0) * 1000;
  return {
    id: row.id,
    name: row.config.name,
    about: row.config.about,
    incident: row.incident,
    state: row.state,
    stage: row.stage,
    percent: row.percent,
    startedAt: row.startedAt,
    startedBy: row.startedBy,
    stageSince: row.stageSince,
    nextLook: running ? new Date(next).toISOString() : null,
    endedAt: row.endedAt,
    why: row.why,
    approval: shownApproval(row.open),
    moves: [...moves],
    config: row.config,
    looks: [...looks],
  };
}

function shownApproval({ approval }: WorkingLook): CanaryRun['approval'] {
  if (approval === null) return null;
  const { digest, step, given } = approval;
  const { title: what, approvals: needed } = step;
  return { digest, what, needed, given: given.map(({ by, at }) => ({ by, at })) };
}

function lineOfRow({ looks, score, ...row }: Awaited<ReturnType<CanaryStore<unknown>['list']>>[number]): CanaryLine {
  const { id, incident, state, stage, percent, startedAt, startedBy, endedAt, why, config } = row;
  const about = { id, incident, state, stage, percent, startedAt, startedBy, endedAt, why };
  return { ...about, name: config.name, stages: config.stages.length, looks, score };
}
