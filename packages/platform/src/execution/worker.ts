/**
 * Takes rows that may run, does them, and writes how they ended. Any number of workers, in any number of processes, share
 * one database.
 *
 * A worker that dies simply stops renewing; one that is told to stop gives its rows back, so that the next one need not
 * wait for the lease.
 */
import { hostname } from 'node:os';
import type { AnyAction, Residual } from '@firebreak/contract';
import { newId } from '../kernel/id.ts';
import { containStep } from './contain-step.ts';
import { actionOf, endContainment, endUndo, type Prove } from './end-of-execution.ts';
import { createLease, type Lease, type Moment, moment } from './lease.ts';
import { ClaimLost, type Ending, openStepWork, refusedBy, type WorkParts, withDeadline } from './step-work.ts';
import type { Claim } from './store.ts';
import { undoStep } from './undo-step.ts';

export interface Worker {
  /** There may be work: look now. */
  wake(): void;
  /** Stops what is under way, gives it back, and ends. */
  stop(): Promise<void>;
}

export interface WorkerParts<Tx> extends WorkParts<Tx> {
  readonly id: string;
  /** Executions worked on at the same time. */
  readonly concurrency: number;
  readonly actions: ReadonlyMap<string, AnyAction>;
  readonly prove: Prove;
  /** Lets a step begin or go on, or throws. */
  readonly admit: (claim: Claim) => Promise<void>;
  readonly now: () => Date;
  /** Hears of trouble that no step is to blame for, such as a database that does not answer. */
  readonly onTrouble: (error: unknown) => void;
}

/** A name for a worker that tells people where it runs. */
export function workerName(): string {
  return `${hostname().slice(0, 40)}-${process.pid}-${newId('w').slice(2, 8)}`;
}

export function startWorker<Tx>(parts: WorkerParts<Tx>): Worker {
  const { store, journal, pace, actions } = parts;
  const active = new Map<string, { claim: Claim; lease: Lease }>();
  const running = new Set<Promise<void>>();
  let stopping = false;
  let wake = Promise.withResolvers<void>();

  async function heartbeat(): Promise<void> {
    const held = [...active.values()];
    if (held.length === 0) return;
    const granted = held.map(({ lease }) => lease.renewing());
    const renewed = await store.renew(
      held.map(({ claim }) => claim),
      pace.leaseMs,
    );
    held.forEach(({ claim, lease }, at) => {
      if (renewed.has(claim.step.id)) granted[at]?.();
      // a row that ended meanwhile is not lost, it is done
      else if (active.get(claim.step.id)?.lease === lease) lease.end('another worker has it');
    });
  }

  async function endingOf(claim: Claim, lease: Lease): Promise<Ending> {
    const { plan, undoes } = claim.step;
    const steps = async () => (await store.get(claim.execution.id))?.steps ?? [];
    if (plan === null) {
      return endContainment(claim, await steps(), { ...parts, signal: lease.signal });
    }
    await parts.admit(claim);
    const work = await openStepWork(parts, claim, lease, actionOf(actions, plan.lever.action));
    if (undoes === null) return afterStage(claim, lease, unlessAgain(claim, await containStep(work)));
    const original = await store.step(undoes);
    if (original === null) throw new Error('the step to be undone is gone');
    const ending = await undoStep(work, original, await store.reassertionsOf(undoes));
    return claim.last && ending.move.what === 'next' ? endUndo(claim, await steps(), ending, actions) : ending;
  }

  /** A step that is done again and fails leaves what stood before: the proof behind it says what that is worth. */
  function unlessAgain(claim: Claim, ending: Ending): Ending {
    return claim.step.reasserts !== null && ending.move.what === 'end' ? { ...ending, move: { what: 'next' } } : ending;
  }

  /** After the last step of a stage that changes something: what is reachable now. The proof says so after the last stage. */
  async function afterStage(claim: Claim, lease: Lease, ending: Ending): Promise<Ending> {
    const stage = claim.step.plan?.stage;
    const isLast = claim.nextStage !== null && claim.nextStage !== stage;
    if (ending.move.what !== 'next' || !isLast || stage === 'evidence') return ending;
    const residual = await residualOf(claim, lease);
    const { execution } = claim;
    return {
      ...ending,
      change: { ...ending.change, residual },
      evidence: [...ending.evidence, { kind: 'stage.ended', body: { execution: execution.id, stage, residual } }],
    };
  }

  /** That it could not be told stops nothing: the steps to come cut more. */
  async function residualOf(claim: Claim, lease: Lease): Promise<Residual> {
    const at = () => parts.now().toISOString();
    try {
      const found = await withDeadline(pace.stageMs, lease.signal, (signal) => parts.prove(claim.execution, signal));
      return { at: at(), reachable: found.reachable.length, paths: [...(found.paths ?? [])], detail: found.detail };
    } catch (error) {
      if (lease.signal.aborted) throw error;
      const { code, reason } = refusedBy(error);
      return { at: at(), reachable: null, paths: [], detail: `It could not be told: ${code}: ${reason}` };
    }
  }

  /** A mistake in an action or in us: the step ends with it, nothing later runs. */
  function brokenBy(error: unknown, claim: Claim): Ending {
    const { code, reason } = refusedBy(error);
    const state = claim.step.undoes === null ? 'refused' : 'undo-refused';
    return {
      change: { state, sealed: null, reason: `${code}: ${reason}` },
      evidence: [
        { kind: 'incident.stopped', body: { execution: claim.execution.id, step: claim.step.plan?.id, code, reason } },
      ],
      move: { what: 'end', state: 'stopped' },
    };
  }

  /** The row, and the execution's next ones for as long as they are handed to us. */
  async function work(first: Claim, grantedFrom: Moment): Promise<void> {
    let sent = grantedFrom;
    let next: Claim | null = first;
    while (next !== null) {
      const claim: Claim = next;
      const lease = createLease(pace.leaseMs, sent);
      active.set(claim.step.id, { claim, lease });
      if (stopping) lease.end('the worker stops');
      try {
        const ending = await endingOf(claim, lease).catch((error: unknown) => {
          if (error instanceof ClaimLost || lease.signal.aborted) throw error;
          return unlessAgain(claim, brokenBy(error, claim));
        });
        if (!lease.isHeld()) throw new ClaimLost();
        sent = moment();
        const written = await journal.write({ claim, change: ending.change, move: ending.move }, ending.evidence);
        active.delete(claim.step.id);
        next = written.result === 'written' ? written.next : null;
      } catch (error) {
        active.delete(claim.step.id);
        if (!(error instanceof ClaimLost) && !lease.signal.aborted) parts.onTrouble(error);
        if (stopping) await giveBack(claim);
        next = null;
      } finally {
        lease.end('the work on the row has ended');
      }
    }
  }

  async function giveBack(claim: Claim): Promise<void> {
    await journal.write({ claim, change: {}, move: { what: 'release', afterMs: 0 } }, []).catch(parts.onTrouble);
  }

  async function loop(): Promise<void> {
    while (!stopping) {
      const woken = wake.promise;
      const free = parts.concurrency - running.size;
      let claims: readonly Claim[] = [];
      const sent = moment();
      try {
        claims = free > 0 ? await store.claim(parts.id, free, pace.leaseMs) : [];
      } catch (error) {
        parts.onTrouble(error);
      }
      for (const claim of claims) {
        const done = work(claim, sent).finally(() => {
          running.delete(done);
          look();
        });
        running.add(done);
      }
      if (free > 0 && claims.length === free) continue;
      await Promise.race([woken, pause(pace.pollMs)]);
    }
  }

  function look(): void {
    wake.resolve();
    wake = Promise.withResolvers();
  }

  const heart = setInterval(() => void heartbeat().catch(parts.onTrouble), pace.heartbeatMs);
  const looping = loop();
  return {
    wake: look,
    async stop() {
      stopping = true;
      clearInterval(heart);
      for (const { lease } of active.values()) lease.end('the worker stops');
      look();
      await looping;
      await Promise.all(running);
    },
  };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });
}
