/**
 * A peer for tests of the runner: a table of switches, each counting how often it was set, so that an application too many
 * or too few shows. It lives in the same PostgreSQL but has nothing to do with the runner's tables, and outlives the
 * process that set it.
 */
import { defineAction, FirebreakError, type Outcome, type Plan, type PlanStep } from '@firebreak/contract';
import pg from 'pg';
import { z } from 'zod';
import { sealPlan } from '../../planning/plan-digest.ts';

const params = z.object({
  name: z.string(),
  to: z.string(),
  /** Where a real peer has resource versions. */
  precondition: z.boolean().default(true),
  drastic: z.boolean().default(false),
});
const before = z.object({ position: z.string(), version: z.number() });
type Params = z.infer<typeof params>;
type Position = z.infer<typeof before>;

export interface Switchboard {
  /** What the runner asks of the peer; tests put their own in between. */
  read(name: string): Promise<Position>;
  set(name: string, to: string, version: number | null): Promise<Outcome>;
  probe(name: string, to: string, secret: string | undefined): Promise<'holds' | 'fails' | 'cannot-tell'>;
}

export interface SwitchTable extends Switchboard {
  create(...names: readonly string[]): Promise<void>;
  /** Position and how often it was set. */
  look(name: string): Promise<{ position: string; sets: number }>;
  close(): Promise<void>;
}

export async function openSwitches(url: string): Promise<SwitchTable> {
  const pool = new pg.Pool({ connectionString: url, max: 4 });
  pool.on('error', () => undefined);
  await pool.query(
    `create table if not exists switch (name text primary key, position text not null, version int not null default 1,
       sets int not null default 0)`,
  );
  return {
    async create(...names) {
      await pool.query(`insert into switch (name, position) select name, 'open' from unnest($1::text[]) as name`, [
        names,
      ]);
    },
    async look(name) {
      const { rows } = await pool.query('select position, sets from switch where name = $1', [name]);
      return rows[0];
    },
    async read(name) {
      const { rows } = await pool.query('select position, version from switch where name = $1', [name]);
      if (rows[0] === undefined) throw new FirebreakError('FB-K8S-GONE', `There is no switch ${name}.`);
      return rows[0];
    },
    async set(name, to, version) {
      const { rowCount } = await pool.query(
        `update switch set position = $2, version = version + 1, sets = sets + 1
         where name = $1 and ($3::int is null or version = $3)`,
        [name, to, version],
      );
      if (rowCount === 1) return { outcome: 'done' };
      return { outcome: 'refused', code: 'FB-K8S-CONFLICT', reason: 'The version is another.', retryable: true };
    },
    async probe(name, to) {
      const { rows } = await pool.query('select position from switch where name = $1', [name]);
      return rows[0]?.position === to ? 'holds' : 'fails';
    },
    close: () => pool.end(),
  };
}

/** Sets a switch. Its before-state carries a secret, as a captured token would be. */
export const setSwitch = defineAction<Params, Position, Switchboard>({
  id: 'test.set-switch',
  title: 'Set a switch',
  stage: 'access',
  targetKinds: ['Switch'],
  params,
  before,
  permissions: [],
  target: ({ name }) => ({ kind: 'Switch', id: `test:Switch/${name}`, name }),
  describe: ({ name, to }) => `Set switch ${name} to ${to}`,
  undoes: ({ name }) => `Set switch ${name} back`,
  drastic: ({ drastic }) => drastic,
  impact: () => ({ cost: 1, interrupts: [] }),
  read: async ({ session }, { name }) => ({ record: await session.read(name), sealed: `secret of ${name}` }),
  preview: ({ name, to }, { position }) =>
    position === to
      ? []
      : [{ verb: 'patch', object: `test:Switch/${name}`, request: `PUT /switches/${name}`, body: { position: to } }],
  apply: ({ session }, { name, to, precondition }, { version }) => session.set(name, to, precondition ? version : null),
  inEffect: ({ position }, { to }) => position === to,
  probe: async ({ session }, { name, to }, { sealed }) => [
    {
      what: `Switch ${name}`,
      result: await session.probe(name, to, sealed),
      evidence: 'It was looked at.',
    },
  ],
  reversal: {
    kind: 'restore',
    restore: ({ session }, { name }, { position }) => session.set(name, position, null),
    restored: (now, _params, then) => now.position === then.position,
  },
});

/** The same, without a way back. */
export const breakSwitch = defineAction<Params, Position, Switchboard>({
  ...setSwitch,
  id: 'test.break-switch',
  reversal: { kind: 'none', because: 'A broken switch stays broken.' },
});

/** The same in two requests, so that it can be cut off between them. */
export const slideSwitch = defineAction<Params, Position, Switchboard>({
  ...setSwitch,
  id: 'test.slide-switch',
  async apply({ session }, { name, to }, { position, version }) {
    const now = await session.read(name);
    if (now.position === position) {
      const begun = await session.set(name, 'half', version);
      if (begun.outcome !== 'done') return begun;
    }
    const ended = await session.set(name, to, null);
    return ended.outcome === 'refused' ? { outcome: 'unknown', reason: `Half-way: ${ended.reason}` } : ended;
  },
  isHalfway: ({ position }) => position === 'half',
});

/** A plan of these steps, with a digest as a real one. */
export function planOf(
  steps: readonly (Partial<Params> & { name: string; action?: string; stage?: PlanStep['stage']; after?: string[] })[],
): Plan {
  const planSteps = steps.map(({ action = setSwitch.id, stage = 'access', after = [], ...rest }, at): PlanStep => {
    const { name, to, precondition, drastic } = params.parse({ to: 'shut', ...rest });
    return {
      ordinal: at + 1,
      id: `s${at + 1}`,
      lever: { key: `${action}|${name}`, action, params: { name, to, precondition, drastic } },
      stage,
      target: { kind: 'Switch', id: `test:Switch/${name}`, name },
      title: `Set switch ${name} to ${to}`,
      reason: 'cut',
      why: 'test',
      severs: [],
      interrupts: [],
      restarts: [],
      cost: 1,
      reversal: { kind: 'restore', how: `Set switch ${name} back` },
      drastic: false,
      approvals: 1,
      after,
    };
  });
  return sealPlan({
    format: 'firebreak-plan/1',
    compromised: [],
    protect: 'default',
    verdict: 'contained',
    steps: planSteps,
    cutCost: steps.length,
    lowerBound: steps.length,
    gap: 0,
    totalCost: steps.length,
    certificate: { kind: 'closed-set', graphDigest: '0'.repeat(64), reached: [], protected: [], exempt: [] },
    uncut: [],
    assumptions: [],
    completeness: { answer: 'complete' },
    exposure: { protectedReachable: 0, examples: [] },
  });
}
