/**
 * The state behind the fake API: people, incidents, and an execution that moves only when a test says so (`advance`), so that
 * nothing here waits for a clock.
 */
import type { Execution, Incident, Role, StepRun } from '@firebreak/contract/incident';
import type { Plan, PlanVariant } from '@firebreak/contract/plan';
import { compromisedId, partialPlan, plan } from './fake-estate.ts';

export interface FakeCase {
  incident: Incident;
  plan: Plan | null;
  execution: Execution | null;
  large: boolean;
  limited: boolean;
}

export interface PlanWish {
  readonly variant?: PlanVariant;
  readonly pin?: string[];
  readonly forbid?: string[];
}

export const people: Readonly<Record<string, { name: string; role: Role; via: 'session' }>> = {
  'link-of-ada-0001': { name: 'Ada', role: 'admin', via: 'session' },
  'link-of-grace-02': { name: 'Grace', role: 'approver', via: 'session' },
  'link-of-rob-0004': { name: 'Rob', role: 'responder', via: 'session' },
  'link-of-vera-003': { name: 'Vera', role: 'viewer', via: 'session' },
};

const digest = (letter: string) => letter.repeat(64);

export class FakeWorld {
  readonly cases = new Map<string, FakeCase>();
  private readonly listeners = new Set<(event: { type: string; incident: string | null }) => void>();

  constructor() {
    this.add(
      'inc-7f3a',
      'open',
      'Token of the predictor is used from outside',
      'Nothing is contained. 5 crown jewels are in reach.',
    );
    this.add('inc-61c0', 'planned', 'CI runner pushes images that nobody built', 'A plan waits for approval.', {
      plan: plan(digest('a')),
    });
    this.add('inc-5b19', 'planned', 'Notebook user reads customer transcripts', 'A partial plan waits for approval.', {
      plan: partialPlan(digest('d')),
      limited: true,
    });
    this.add(
      'inc-4d02',
      'stopped',
      'Registry credential found in a public bucket',
      'Step 4 was refused; steps 1 to 3 stand.',
      { plan: plan(digest('b')) },
    );
    this.add('inc-3aa7', 'contained', 'Gateway key leaked in a support ticket', 'Contained and proven.', {
      plan: plan(digest('c')),
    });
    this.add('inc-2e55', 'undone', 'Rehearsal of March', 'Everything was put back.', { plan: plan(digest('e')) });
    this.add('inc-big0', 'open', 'Whole training fleet suspected', 'Nothing is contained.', { large: true });
    this.finish('inc-3aa7');
    this.stop('inc-4d02');
  }

  private add(id: string, state: Incident['state'], title: string, note: string, more: Partial<FakeCase> = {}): void {
    const minute = String(50 - this.cases.size).padStart(2, '0');
    this.cases.set(id, {
      incident: {
        id,
        title,
        openedAt: `2026-03-04T02:${minute}:11.000Z`,
        openedBy: 'Ada',
        compromised: [compromisedId],
        protect: 'default',
        state,
        planDigest: more.plan?.digest ?? null,
        note,
      },
      plan: null,
      execution: null,
      large: false,
      limited: false,
      ...more,
    });
  }

  get(id: string): FakeCase | undefined {
    return this.cases.get(id);
  }

  open(title: string, compromised: string[], protect: string): Incident {
    const id = `inc-new${this.cases.size}`;
    this.add(id, 'open', title, 'Nothing is contained.');
    const made = this.cases.get(id) as FakeCase;
    made.incident = { ...made.incident, compromised, protect };
    this.tell('incident', id);
    return made.incident;
  }

  makePlan(id: string, { variant = 'cheapest', pin = [], forbid = [] }: PlanWish = {}): Plan {
    const found = this.cases.get(id) as FakeCase;
    found.plan = { ...plan(digest('f')), variant, pinned: pin, forbidden: forbid };
    found.execution = null;
    found.incident = {
      ...found.incident,
      state: 'planned',
      planDigest: found.plan.digest,
      note: 'A plan waits for approval.',
    };
    this.tell('plan', id);
    return found.plan;
  }

  /** Null when the digest is another one. */
  approve(id: string, approved: string, steps: string[] | undefined, by: string): Execution | null {
    const found = this.cases.get(id) as FakeCase;
    if (found.plan === null || found.plan.digest !== approved) return null;
    const execution = found.execution ?? begin(found.plan, id);
    const chosen = new Set(steps ?? found.plan.steps.map((step) => step.id));
    found.execution = {
      ...execution,
      state: 'running',
      steps: execution.steps.map((run) =>
        chosen.has(run.stepId) && !run.approvals.some((approval) => approval.by === by)
          ? { ...run, approvals: [...run.approvals, { by, at: '2026-03-04T03:00:00.000Z' }] }
          : run,
      ),
    };
    found.incident = { ...found.incident, state: 'containing', note: 'Containment is running.' };
    this.tell('execution', id);
    return found.execution;
  }

  /** Pauses, goes on, or ends. */
  steer(id: string, state: 'paused' | 'running' | 'stopped'): Execution {
    const found = this.cases.get(id) as FakeCase;
    found.execution = { ...(found.execution as Execution), state };
    if (state === 'stopped') found.incident = { ...found.incident, state: 'stopped', note: 'It was ended.' };
    this.tell('execution', id);
    return found.execution;
  }

  undo(id: string): Execution {
    const found = this.cases.get(id) as FakeCase;
    const execution = found.execution as Execution;
    found.execution = {
      ...execution,
      direction: 'undo',
      state: 'running',
      proof: null,
      steps: execution.steps.map((run) => ({ ...run, state: 'undo-ready' as const })),
    };
    found.incident = { ...found.incident, state: 'undoing', note: 'Undo is running.' };
    this.tell('execution', id);
    return found.execution;
  }

  /** Moves the execution of the incident by one state and tells the listeners. */
  advance(id: string): void {
    const found = this.cases.get(id) as FakeCase;
    const execution = found.execution as Execution;
    const containing = execution.direction === 'contain';
    const order = containing ? execution.steps : execution.steps.toReversed();
    const next = order.find((run) => run.state !== (containing ? 'done' : 'undone'));
    if (next !== undefined) {
      if (containing && next.approvals.length < next.approvalsNeeded) {
        found.execution = { ...execution, state: 'waiting-approval' };
        this.tell('execution', id);
        return;
      }
      const moved = containing ? onward(next) : backward(next);
      found.execution = { ...execution, steps: execution.steps.map((run) => (run === next ? moved : run)) };
      this.tell('execution', id);
      return;
    }
    if (containing) this.finish(id);
    else {
      found.execution = { ...execution, state: 'undone' };
      found.incident = { ...found.incident, state: 'undone', note: 'Everything was put back.' };
    }
    this.tell('execution', id);
  }

  private finish(id: string): void {
    const found = this.cases.get(id) as FakeCase;
    const execution = found.execution ?? begin(found.plan as Plan, id);
    found.execution = {
      ...execution,
      state: 'contained',
      steps: execution.steps.map(done),
      proof: {
        at: '2026-03-04T03:07:12.000Z',
        contained: true,
        reachable: [],
        detail: 'A fresh collect of 412 nodes shows none of 5 protected nodes reachable; 11 of 11 probes held.',
      },
    };
    found.incident = { ...found.incident, state: 'contained', note: 'Contained and proven.' };
  }

  private stop(id: string): void {
    const found = this.cases.get(id) as FakeCase;
    const execution = begin(found.plan as Plan, id);
    found.execution = {
      ...execution,
      state: 'stopped',
      steps: execution.steps.map((run) => {
        if (run.ordinal < 4) return done(run);
        if (run.ordinal > 4) return run;
        return {
          ...run,
          state: 'refused' as const,
          attempt: 3,
          reason: 'FB-K8S-FORBIDDEN: our credential may not delete secrets in ml-serving.',
          probes: [
            { what: 'A captured token of predictor', result: 'fails' as const, evidence: 'GET /api answered 200.' },
          ],
        };
      }),
      proof: {
        at: '2026-03-04T03:02:40.000Z',
        contained: false,
        reachable: [{ kind: 'Node', id: 'kubernetes:Node/gpu-1', name: 'gpu-1' }],
        detail: 'A fresh collect still shows a path to one protected node.',
      },
    };
  }

  tell(type: string, incident: string | null): void {
    for (const listener of this.listeners) listener({ type, incident });
  }

  listen(listener: (event: { type: string; incident: string | null }) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
}

function begin(made: Plan, incident: string): Execution {
  return {
    id: `exe-${incident}`,
    incident,
    planDigest: made.digest,
    direction: 'contain',
    state: 'waiting-approval',
    proof: null,
    steps: made.steps.map((step) => ({
      stepId: step.id,
      ordinal: step.ordinal,
      title: step.title,
      action: step.lever.action,
      stage: step.stage,
      target: step.target,
      state: 'waiting',
      approvals: [],
      approvalsNeeded: step.approvals,
      attempt: 0,
      startedAt: null,
      endedAt: null,
      changes: [],
      probes: [],
      reason: null,
      undo: step.reversal.how,
    })),
  };
}

const after = { waiting: 'ready', ready: 'reading', reading: 'applying', applying: 'verifying' } as const;

function onward(run: StepRun): StepRun {
  return run.state in after ? { ...run, state: after[run.state as keyof typeof after], attempt: 1 } : done(run);
}

function backward(run: StepRun): StepRun {
  return { ...run, state: run.state === 'undoing' ? 'undone' : 'undoing' };
}

function done(run: StepRun): StepRun {
  return {
    ...run,
    state: 'done',
    attempt: 1,
    approvals: [
      { by: 'Ada', at: '2026-03-04T03:00:00.000Z' },
      { by: 'Grace', at: '2026-03-04T03:01:00.000Z' },
    ].slice(0, run.approvalsNeeded),
    startedAt: '2026-03-04T03:01:10.000Z',
    endedAt: '2026-03-04T03:01:14.000Z',
    changes: changesOf(run),
    probes:
      run.stage === 'evidence'
        ? []
        : [
            {
              what: 'A captured token of predictor',
              result: 'holds',
              evidence: 'GET /api/v1/namespaces/ml-serving/pods answered 401.',
            },
          ],
  };
}

export function changesOf(run: Pick<StepRun, 'stage' | 'target'>): StepRun['changes'] {
  if (run.stage === 'evidence') return [];
  return [
    {
      verb: 'patch',
      object: run.target.id,
      request: 'PATCH /apis/rbac.authorization.k8s.io/v1/namespaces/ml-serving/rolebindings/deployer-binding',
      body: { metadata: { resourceVersion: '48213' }, subjects: [], note: '<script>alert(1)</script>' },
    },
  ];
}
