/**
 * What declared levers do, as actions. Stage and reversibility of an action are known before anything is run, because plans are ordered
 * and priced by them; so there is one action for each stage, and one more for what cannot be undone: `declared.network`,
 * `declared.network-for-good`. Which lever it is, by which definition and on which node are parameters.
 *
 * What must stay true: nothing runs but the definition that the digest in the parameters names. What is judged without a session (whether
 * a state is the wanted one) is judged by what was written into the state when it was read, so that it needs no file.
 */

import { isDeepStrictEqual } from 'node:util';
import {
  type AnyAction,
  type Attempt,
  type DeclaredLever,
  declaredStages,
  defineAction,
  type Estate,
  FirebreakError,
  type Outcome,
  type Stage,
} from '@firebreak/contract';
import { z } from 'zod';
import { holds } from './definition/comparison.ts';
import { type Filling, isValue } from './definition/template.ts';
import { change, isInEffect, readState, type State, shown, stateOf, tryIt } from './judged.ts';
import { type Declared, findDeclared } from './load.ts';
import type { DeclaredSession } from './session.ts';

const oneLine = (max: number) =>
  z
    .string()
    .min(1)
    .max(max)
    .regex(/^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+$/u, 'not one line of text');
const params = z.strictObject({
  lever: z.string().regex(/^[a-z][a-z0-9-]{0,62}$/),
  /** Digest of the definition that was reviewed. */
  definition: z.string().regex(/^[0-9a-f]{64}$/),
  title: oneLine(200),
  target: z.strictObject({ kind: oneLine(256), id: oneLine(2048), name: oneLine(2048) }),
  with: z.record(z.string().max(64), z.string().refine(isValue, 'not a value')),
  /** Why it cannot be undone. */
  because: oneLine(400).optional(),
});
export type DeclaredParams = z.infer<typeof params>;

const before = z.object({
  found: z.boolean(),
  state: z.record(z.string(), z.unknown()),
  inEffect: z.boolean(),
  /** What would be sent from this state, without secrets. */
  would: z.array(z.object({ request: z.string(), body: z.unknown().optional() })),
  /** What must hold for it to be restored, filled in from this state; absent where it must be this state. */
  restored: z.array(z.unknown()).optional(),
});
type Before = z.infer<typeof before>;
type Tried = Attempt<DeclaredSession>;

async function declaredOf({ session, signal }: Tried, of: DeclaredParams): Promise<Declared> {
  const found = await findDeclared(session.from, of, signal);
  if (found.definition.title !== of.title)
    throw new FirebreakError('FB-LEVER-CHANGED', `${found.locator} is called ${found.definition.title}.`);
  return found;
}

const fillingOf = (of: DeclaredParams, earlier: State | undefined): Filling => ({
  parameters: of.with,
  before: earlier?.state,
});

async function read(attempt: Tried, of: DeclaredParams): Promise<Before> {
  const { definition } = await declaredOf(attempt, of);
  const now = await readState(definition, fillingOf(of, undefined), attempt.signal);
  const inEffect = isInEffect(definition, now, fillingOf(of, now));
  return {
    ...now,
    inEffect,
    would: inEffect ? [] : [shown(definition.do, fillingOf(of, now))],
    ...(definition.restored === undefined ? {} : { restored: definition.restored }),
  };
}

/** The wanted state may depend on the state before; then it is judged by that. */
async function apply(attempt: Tried, of: DeclaredParams, was: Before): Promise<Outcome> {
  let now: Before;
  let declared: Declared;
  try {
    declared = await declaredOf(attempt, of);
    now = await read(attempt, of);
  } catch (error) {
    return refusedBy(error);
  }
  if (now.inEffect) return { outcome: 'done' };
  if (!sameState(now, was))
    return {
      outcome: 'refused',
      code: 'FB-STEP-CHANGED',
      reason: 'It was changed since it was read.',
      retryable: true,
    };
  return change(declared.definition.do, fillingOf(of, stateOf(was)), attempt.signal);
}

async function restore(attempt: Tried, of: DeclaredParams, was: Before): Promise<Outcome> {
  // It was so before we came.
  if (was.inEffect) return { outcome: 'done' };
  let now: Before;
  let declared: Declared;
  try {
    declared = await declaredOf(attempt, of);
    now = await read(attempt, of);
  } catch (error) {
    return refusedBy(error);
  }
  if (isRestored(now, of, was)) return { outcome: 'done' };
  if (!now.inEffect && attempt.force !== true)
    return {
      outcome: 'refused',
      code: 'FB-UNDO-CHANGED',
      reason: 'Somebody else set it to something else.',
      retryable: false,
    };
  const { undo } = declared.definition;
  if (undo === undefined) throw new TypeError('a lever without undo is undone');
  return change(undo, fillingOf(of, stateOf(was)), attempt.signal);
}

const sameState = (one: Before, other: Before) =>
  one.found === other.found && isDeepStrictEqual(one.state, other.state);

function isRestored(now: Before, of: DeclaredParams, was: Before): boolean {
  if (was.restored === undefined) return sameState(now, was);
  return now.found && holds(was.restored as never, now.state, fillingOf(of, stateOf(was)));
}

/** A read that failed before anything was sent. Surprises go on. */
function refusedBy(error: unknown): Outcome {
  if (!(error instanceof FirebreakError) || error.code === 'FB-CANCELLED') throw error;
  const retryable = /^FB-HTTP-(UNREACHABLE|TIMEOUT|THROTTLED|SERVER-ERROR)$/.test(error.code);
  return { outcome: 'refused', code: error.code, reason: error.why, retryable };
}

/** The facts of the very definition that the parameters name. */
function factOf(estate: Estate, of: DeclaredParams): DeclaredLever | undefined {
  const data = estate.get('declared.lever', `declared:Lever/${of.lever}`)?.data;
  return data?.definition === of.definition ? data : undefined;
}

function declaredAction(stage: Stage, forGood: boolean): AnyAction<DeclaredSession> {
  return defineAction<DeclaredParams, Before, DeclaredSession>({
    id: `declared.${stage}${forGood ? '-for-good' : ''}`,
    title: `Declared lever (${stage}${forGood ? ', cannot be undone' : ''})`,
    stage,
    targetKinds: ['*'],
    params,
    before,
    permissions: ['what `permissions` of the lever says'],
    target: ({ target }) => target,
    describe: (of) =>
      `${of.title}: ${of.target.name}. By the declared lever ${of.lever}.${of.because === undefined ? '' : ` No undo: ${of.because}`}`,
    undoes: (of) => `What ${of.lever} declares as its undo is sent, and the state is as it was read before.`,
    // What nobody declares is judged as the worst.
    drastic: (of, estate) => factOf(estate, of)?.drastic ?? true,
    takes: (of, estate) => factOf(estate, of)?.takes ?? 10,
    impact(of, estate) {
      const declared = factOf(estate, of);
      const interrupts = (declared?.interrupts ?? []).map(({ what, weight }) => ({ who: of.target, what, weight }));
      return { cost: interrupts.reduce((sum, { weight }) => sum + weight, declared?.cost ?? 1), interrupts };
    },
    read: async (attempt, of) => ({ record: await read(attempt, of) }),
    preview: (of, was) =>
      was.would.map(({ request, body }) => ({
        verb: 'patch',
        object: of.target.id,
        request,
        ...(body === undefined ? {} : { body }),
      })),
    apply,
    inEffect: (now) => now.inEffect,
    probe: async (attempt, of, was) => {
      const { definition } = await declaredOf(attempt, of);
      const filling = fillingOf(of, stateOf(was.record));
      return Promise.all(definition.probes.map((each) => tryIt(each, filling, attempt.signal)));
    },
    reversal: forGood
      ? { kind: 'none', because: 'Its declaration has no undo; the step says why.' }
      : { kind: 'restore', restore, restored: isRestored },
  });
}

export const actions: readonly AnyAction<DeclaredSession>[] = declaredStages.flatMap((stage) => [
  declaredAction(stage, false),
  declaredAction(stage, true),
]);
