/**
 * `kill -9`, ten times in a containment and ten times in its undo, each time at another step boundary or in the middle of a
 * step; then the same command once more. Whatever the moment: the same end as without any kill, no write made twice, a
 * gapless ledger, evidence that verifies.
 *
 * The moments are not a matter of luck: every request goes through a proxy, which holds the one that the moment is about and
 * kills the process (its whole group) while it waits. A database server of its own survives that; the embedded one lives in
 * a session of its own and survives, too, or is killed along.
 */
import { executionSchema } from '@firebreak/contract';
import { afterAll, describe, expect, test } from 'vitest';
import { asWritten, everything, realDifferences, writesIn } from './testing/cluster.ts';
import { parsed, type Running } from './testing/firebreak.ts';
import { type Asked, pass, type Treatment } from './testing/proxy.ts';
import type { Stage } from './testing/stage.ts';
import { openTheatre } from './testing/theatre.ts';

/** When to kill: before the first request after so many finished steps, or at the nth write. */
type Moment =
  | { readonly after: number }
  | { readonly write: number; readonly is: 'about to leave' | 'made and not answered' };

interface Case {
  readonly name: string;
  readonly contain: Moment;
  readonly undo: Moment;
  readonly database: 'separate' | 'embedded' | 'embedded, killed along';
}

/** A plan has six steps that make seven writes: delivery, three bindings, then token secret, account, account again. */
const cases: readonly Case[] = [
  { name: 'before the first step', contain: { after: 0 }, undo: { after: 0 }, database: 'separate' },
  { name: 'after the evidence', contain: { after: 1 }, undo: { after: 1 }, database: 'embedded' },
  { name: 'after the delivery', contain: { after: 2 }, undo: { after: 2 }, database: 'separate' },
  { name: 'after the first binding', contain: { after: 3 }, undo: { after: 3 }, database: 'separate' },
  { name: 'after the second binding', contain: { after: 4 }, undo: { after: 4 }, database: 'separate' },
  {
    name: 'after the third binding',
    contain: { after: 5 },
    undo: { write: 1, is: 'made and not answered' },
    database: 'separate',
  },
  {
    name: 'before the proof',
    contain: { after: 6 },
    undo: { write: 1, is: 'about to leave' },
    database: 'embedded, killed along',
  },
  {
    name: 'with a request about to leave',
    contain: { write: 2, is: 'about to leave' },
    undo: { write: 3, is: 'made and not answered' },
    database: 'separate',
  },
  {
    name: 'with a patch unanswered',
    contain: { write: 3, is: 'made and not answered' },
    undo: { write: 4, is: 'about to leave' },
    database: 'separate',
  },
  {
    name: 'with the account gone',
    contain: { write: 6, is: 'made and not answered' },
    undo: { write: 5, is: 'made and not answered' },
    database: 'embedded',
  },
];

const theatre = await openTheatre();
const { cluster, responder } = theatre;
afterAll(() => theatre.close());

/** Runs the command until the moment, kills it there, and runs it again to its end. */
async function killedAt(stage: Stage, moment: Moment, along: boolean, command: () => Running) {
  let running: Running | undefined;
  let writes = 0;
  const kill = () => running?.kill('SIGKILL');
  stage.proxy.treat = async (asked: Asked): Promise<Treatment> => {
    if (asked.writes) writes += 1;
    if ('after' in moment) {
      const seen = await stage.progress();
      const finished = seen?.steps.filter(
        ({ plan, state }) => plan !== null && (state === 'done' || state === 'undone'),
      ).length;
      if (seen?.state !== 'running' || finished !== moment.after) return pass;
    } else {
      if (!asked.writes || writes !== moment.write) return pass;
      if (moment.is === 'made and not answered') return { do: 'lose', how: 'hold', made: kill };
    }
    kill();
    return { do: 'hold' };
  };
  running = command();
  const first = await running.ended;
  expect(first, `it came to its end before the moment: ${first.stderr}`).toMatchObject({ signal: 'SIGKILL' });
  if (along) process.kill(await stage.databasePid(), 'SIGKILL');
  stage.proxy.treat = () => pass;
  return parsed(executionSchema, 0, await command().ended);
}

/** How a world and its ledger stand, in words that are the same for every world. */
async function outcome(stage: Stage) {
  const { namespace } = stage.world;
  const neutral = (text: string) => text.replaceAll(namespace, 'WORLD');
  const objects = [...asWritten(await everything(cluster.api, namespace))]
    // What controllers make of the others: the names of pods are drawn, and replica sets point to uids.
    .filter(([path]) => !/\/(pods|replicasets|endpointslices)\//.test(path))
    .map(([path, json]) => `${neutral(path)} ${neutral(json)}`)
    .sort();
  const writes = (await writesIn(namespace, responder.user)).map(
    ({ verb, resource, name }) => `${verb} ${resource} ${name}`,
  );
  return { objects, writes };
}

/** How often each kind of entry is there. Kinds that tell of tries and exports differ with the moment. */
function tally(entries: readonly { readonly kind: string }[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { kind } of entries) {
    if (!['step.applying', 'step.undoing', 'step.delayed', 'step.undo-delayed', 'evidence.exported'].includes(kind))
      counts[kind] = (counts[kind] ?? 0) + 1;
  }
  return counts;
}

/** The whole day once, with nobody killed. */
async function undisturbed() {
  const stage = await theatre.newStage();
  const before = await everything(cluster.api, stage.world.namespace);
  parsed(executionSchema, 0, await stage.contain().ended);
  const contained = await outcome(stage);
  parsed(executionSchema, 0, await stage.undo(await stage.incident()).ended);
  expect(realDifferences(before, await everything(cluster.api, stage.world.namespace))).toEqual([]);
  const undone = await outcome(stage);
  const { ok, entries } = await stage.evidence();
  expect(ok).toBe(true);
  expect(contained.writes.length).toBe(7);
  return { contained, undone, entries: tally(entries) };
}

const reference = undisturbed();
reference.catch(() => undefined);

describe.concurrent('killed and run again', () => {
  test.each(cases)('$name ($database)', async ({ contain, undo, database }) => {
    const expected = await reference;
    const stage = await theatre.newStage({ embedded: database !== 'separate' });
    const along = database === 'embedded, killed along';
    const before = await everything(cluster.api, stage.world.namespace);

    const contained = await killedAt(stage, contain, along, () => stage.contain());
    expect(contained.state).toBe('contained');
    expect(contained.steps.map(({ state }) => state)).toEqual(stage.plan.steps.map(() => 'done'));
    expect(await outcome(stage)).toEqual(expected.contained);

    const undone = await killedAt(stage, undo, along, () => stage.undo(contained.incident));
    expect(undone.state).toBe('undone');
    expect(await outcome(stage)).toEqual(expected.undone);
    expect(realDifferences(before, await everything(cluster.api, stage.world.namespace))).toEqual([]);

    // One incident, told once and without a gap.
    const { ok, failed, entries } = await stage.evidence();
    expect(failed).toEqual([]);
    expect(ok).toBe(true);
    expect(entries.map(({ incidentSeq }) => incidentSeq)).toEqual(entries.map((_, at) => at));
    expect(tally(entries)).toEqual(expected.entries);
  });
});
