/**
 * A peer in memory for runs with faults: objects with a few fields and a version, as API servers have them. It remembers what
 * others wrote apart from what we wrote, so that after an undo it can say what would be there had we never come.
 */
import { defineAction, FirebreakError, type Outcome, type Plan, type PlanStep } from '@firebreak/contract';
import { z } from 'zod';
import { sealPlan } from '../../planning/plan-digest.ts';
import { planOf } from './switchboard.case.ts';

const params = z.object({ object: z.string(), field: z.string(), to: z.string() });
type Params = z.infer<typeof params>;
const before = z.object({ version: z.number(), fields: z.record(z.string(), z.string()) });
type State = z.infer<typeof before>;

/** What the runner asks of the peer. */
export interface Desk {
  read(object: string): Promise<State>;
  /** Sets one field, when the version is the one given. */
  write(object: string, field: string, to: string | undefined, version: number): Promise<Outcome>;
  probe(object: string, field: string): Promise<string | undefined>;
}

interface Thing {
  version: number;
  fields: Record<string, string>;
  /** As it would be without us. */
  without: Record<string, string>;
}

export class Shelf {
  readonly #things = new Map<string, Thing>();
  /** Writes of ours that changed nothing: something was done twice. */
  repeated = 0;

  put(object: string, fields: Readonly<Record<string, string>>): void {
    this.#things.set(object, { version: 1, fields: { ...fields }, without: { ...fields } });
  }

  look(object: string): {
    readonly fields: Readonly<Record<string, string>>;
    readonly without: Readonly<Record<string, string>>;
  } {
    return structuredClone(this.#thing(object));
  }

  read(object: string): State {
    const { version, fields } = this.#thing(object);
    return { version, fields: { ...fields } };
  }

  write(object: string, field: string, to: string | undefined, version: number): Outcome {
    const thing = this.#thing(object);
    if (thing.version !== version)
      return { outcome: 'refused', code: 'FB-K8S-CONFLICT', reason: 'The version is another.', retryable: true };
    if (thing.fields[field] === to) this.repeated += 1;
    this.#set(thing.fields, field, to);
    thing.version += 1;
    return { outcome: 'done' };
  }

  probe(object: string, field: string): string | undefined {
    return this.#thing(object).fields[field];
  }

  /** Somebody else writes. */
  meddle(object: string, field: string, to: string): void {
    const thing = this.#thing(object);
    thing.fields[field] = to;
    thing.without[field] = to;
    thing.version += 1;
  }

  #set(fields: Record<string, string>, field: string, to: string | undefined): void {
    if (to === undefined) delete fields[field];
    else fields[field] = to;
  }

  #thing(object: string): Thing {
    const thing = this.#things.get(object);
    if (thing === undefined) throw new FirebreakError('FB-K8S-GONE', `There is no ${object}.`);
    return thing;
  }
}

/** Sets a field. Undo takes it back where nobody else set it since. */
export const setField = defineAction<Params, State, Desk>({
  id: 'test.set-field',
  title: 'Set a field',
  stage: 'access',
  targetKinds: ['Thing'],
  params,
  before,
  permissions: [],
  target: ({ object }) => ({ kind: 'Thing', id: `test:Thing/${object}`, name: object }),
  describe: ({ object, field, to }) => `Set ${field} of ${object} to ${to}`,
  undoes: ({ object, field }) => `Set ${field} of ${object} back`,
  drastic: () => false,
  impact: () => ({ cost: 1, interrupts: [] }),
  read: async ({ session }, { object }) => ({ record: await session.read(object) }),
  preview: ({ object, field, to }, { fields }) =>
    fields[field] === to
      ? []
      : [{ verb: 'patch', object: `test:Thing/${object}`, request: `PATCH /things/${object}`, body: { [field]: to } }],
  async apply({ session }, { object, field, to }, { version, fields }) {
    return fields[field] === to ? { outcome: 'done' } : session.write(object, field, to, version);
  },
  inEffect: ({ fields }, { field, to }) => fields[field] === to,
  probe: async ({ session }, { object, field, to }) => {
    const found = await session.probe(object, field);
    return [{ what: `${field} of ${object}`, result: found === to ? 'holds' : 'fails', evidence: `It is ${found}.` }];
  },
  reversal: {
    kind: 'restore',
    async restore({ session, force }, { object, field, to }, { fields }) {
      const now = await session.read(object);
      if (now.fields[field] === fields[field]) return { outcome: 'done' };
      if (now.fields[field] !== to && force !== true)
        return { outcome: 'refused', code: 'FB-UNDO-CHANGED', reason: 'Others set it since.', retryable: false };
      return session.write(object, field, fields[field], now.version);
    },
    restored: (now, { field }, then) => now.fields[field] === then.fields[field],
  },
});

/** The same, by an action that restores whole states: every field counts to it. */
export const setWhole = defineAction<Params, State, Desk>({
  ...setField,
  id: 'test.set-whole',
  reversal: {
    kind: 'restore',
    async restore({ session, force }, { object, field, to }, { fields }) {
      for (let sent = 0; ; sent += 1) {
        const now = await session.read(object);
        const wrong = differing(now.fields, fields);
        const [name] = wrong;
        if (name === undefined) return { outcome: 'done' };
        if (differing(now.fields, { ...fields, [field]: to }).length > 0 && force !== true)
          return { outcome: 'refused', code: 'FB-UNDO-CHANGED', reason: 'Others changed it since.', retryable: false };
        const outcome = await session.write(object, name, fields[name], now.version);
        if (outcome.outcome !== 'done')
          return sent === 0 ? outcome : { outcome: 'unknown', reason: 'It was cut off between two writes.' };
        if (wrong.length === 1) return outcome;
      }
    },
    restored: (now, _params, then) => differing(now.fields, then.fields).length === 0,
  },
});

function differing(a: State['fields'], b: State['fields']): readonly string[] {
  return Object.keys({ ...a, ...b })
    .filter((field) => a[field] !== b[field])
    .sort();
}

/** A plan that sets these fields in turn. */
export function shelfPlan(
  steps: readonly { readonly object: string; readonly field: string; readonly to: string; readonly action?: string }[],
): Plan {
  const { format: _, digest: __, steps: ___, ...rest } = planOf([]);
  const planned = steps.map(({ action = setField.id, ...of }, at): PlanStep => {
    const [step] = planOf([{ name: of.object }]).steps;
    if (step === undefined) throw new Error('a plan has no step');
    return {
      ...step,
      ordinal: at + 1,
      id: `s${at + 1}`,
      lever: { key: `${action}|${of.object}/${of.field}`, action, params: of },
      target: setField.target(of),
      title: setField.describe(of),
    };
  });
  return sealPlan({ format: 'firebreak-plan/1', ...rest, steps: planned });
}
