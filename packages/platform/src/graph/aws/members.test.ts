/** A step into a group gives nothing that the member itself is refused. */
import type { AnyFact } from '@firebreak/contract';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { deriveGraph } from '../derive-graph.ts';
import { edgeRules } from '../edges/index.ts';
import { edgeLines } from '../exports.ts';
import { nodeRules } from '../nodes/index.ts';
import {
  allow,
  deny,
  group,
  iam,
  managed,
  organizationPolicy,
  role,
  trusting,
  user,
  world,
} from './cases/world.case.ts';

const assume = 'sts:AssumeRole';
const job = role('job', [trusting({ AWS: iam('root') })]);
const member = (name: string, statements: Parameters<typeof user>[1], more: object = {}) =>
  user(name, statements, { GroupList: ['staff'], ...more });
const bounded = { PermissionsBoundary: { PermissionsBoundaryArn: iam('policy/edge') } };

function edges(facts: readonly AnyFact[]) {
  return [...edgeLines(deriveGraph(world(facts), nodeRules, edgeRules))];
}
const steps = (facts: readonly AnyFact[]) =>
  edges(facts)
    .filter(({ type }) => type !== 'ACCOUNT_CONTROL')
    .map(({ type, from, to }) => `${type} ${from.name} -> ${to.name}`)
    .sort();
/** All that somebody reaches, by name. */
function reach(facts: readonly AnyFact[], from: string): ReadonlySet<string> {
  const all = edges(facts);
  const held = new Set([from]);
  for (const name of held) for (const edge of all) if (edge.from.name === name) held.add(edge.to.name);
  return held;
}

describe('a member', () => {
  test('holds what its group holds where nothing narrows it', () => {
    const facts = [member('ann', []), group('staff', [allow(assume)]), job];
    expect(steps(facts)).toEqual([
      'IAM_GROUP_MEMBERSHIP ann -> staff',
      'STS_ASSUME_ROLE ann -> job',
      'STS_ASSUME_ROLE staff -> job',
    ]);
    // A Deny of something else, a boundary that allows all of it, and a Deny of the group itself narrow nothing.
    for (const also of [
      [member('ann', [deny('s3:*')]), group('staff', [allow(assume)])],
      [member('ann', [], bounded), managed('edge', allow('sts:*')), group('staff', [allow(assume)])],
      [member('ann', []), group('staff', [allow(assume), deny('sts:*', iam('role/other'))])],
    ])
      expect(steps([...also, job])).toContain('IAM_GROUP_MEMBERSHIP ann -> staff');
  });
  test.each<[string, readonly AnyFact[]]>([
    ['its own Deny', [member('ann', [deny(assume)])]],
    ['its own Deny of this role', [member('ann', [deny(assume, iam('role/job'))])]],
    ['a Deny of all but something else', [member('ann', [{ Effect: 'Deny', NotAction: 's3:*', Resource: '*' }])]],
    ['its boundary', [member('ann', [], bounded), managed('edge', allow('s3:*'))]],
    ['a boundary that nobody read', [member('ann', [], bounded)]],
    ['a Deny in its boundary', [member('ann', [], bounded), managed('edge', allow('*'), deny('sts:*'))]],
    ['another group', [member('ann', [], { GroupList: ['staff', 'held'] }), group('held', [deny('sts:*')])]],
  ])('is held back by %s', (_, facts) => {
    expect(reach([...facts, group('staff', [allow(assume)]), job], 'ann')).not.toContain('job');
    // Somebody else of the same group goes.
    expect(reach([...facts, member('bob', []), group('staff', [allow(assume)]), job], 'bob')).toContain('job');
  });
  test('is held back by a role that denies it by name, or a grant that looks at who calls', () => {
    const refusing = role('job', [
      trusting({ AWS: iam('root') }),
      { ...trusting({ AWS: iam('user/ann') }), Effect: 'Deny' },
    ]);
    const facts = [member('ann', []), member('bob', []), group('staff', [allow(assume)]), refusing];
    expect(reach(facts, 'ann')).not.toContain('job');
    expect(reach(facts, 'bob')).toContain('job');
    const tagged = allow(assume, '*', { Condition: { StringEquals: { 'aws:PrincipalTag/team': 'ml' } } });
    const world = [
      member('ann', []),
      member('bob', [], { Tags: [{ Key: 'team', Value: 'ml' }] }),
      group('staff', [tagged]),
      job,
    ];
    expect(reach(world, 'ann')).not.toContain('job');
    expect(reach(world, 'bob')).toContain('job');
    const butBob = { Condition: { ArnNotEquals: { 'aws:PrincipalArn': iam('user/bob') } } };
    const organized = [organizationPolicy('p-1', ['111122223333'], [allow('*'), deny(assume, '*', butBob)])];
    const plain = [member('ann', []), member('bob', []), group('staff', [allow(assume)]), job, ...organized];
    expect(reach(plain, 'ann')).not.toContain('job');
    expect(reach(plain, 'bob')).toContain('job');
  });
});

describe('whoever adds itself to a group', () => {
  const add = allow('iam:AddUserToGroup');
  const into = (facts: readonly AnyFact[]) =>
    edges([...facts, group('staff', [allow(assume)]), job]).filter(({ type }) => type === 'IAM_ADD_USER_TO_GROUP');
  test('takes it with its own Denies and boundary', () => {
    for (const own of [[add], [add, deny('s3:*')]])
      expect(into([user('ann', own)]).map(({ likelihood }) => likelihood)).toEqual([undefined]);
    expect(into([user('ann', [add, deny(assume)])])).toEqual([]);
    expect(into([user('ann', [add], bounded), managed('edge', allow('iam:*'))])).toEqual([]);
    expect(into([user('ann', [add, deny(assume, iam('role/other'))])])).toMatchObject([
      { likelihood: 0.5, note: 'depends on what its own Denies and boundary leave of the group' },
    ]);
  });
});

const statement = fc.record({
  Effect: fc.constantFrom('Allow', 'Allow', 'Deny'),
  Action: fc.constantFrom('*', 'sts:*', 'sts:AssumeRole', 'iam:*', 'iam:PutUserPolicy'),
  Resource: fc.constantFrom('*', iam('role/*'), iam('role/a'), iam('user/*')),
});
const statements = fc.array(statement, { maxLength: 3 });

test('property: what is reached by being in groups is what is reached without stepping into them', () => {
  fc.assert(
    fc.property(
      statements,
      statements,
      statements,
      fc.option(statements, { nil: undefined }),
      (own, of, other, edge) => {
        const facts = [
          user('ann', own, { GroupList: ['staff', 'held'], ...(edge === undefined ? {} : bounded) }),
          group('staff', of),
          group('held', other),
          ...(edge === undefined ? [] : [managed('edge', ...edge)]),
          ...['a', 'b'].map((name) => role(name, [trusting({ AWS: iam('root') })], [allow('s3:*')])),
        ];
        const drawn = edges(facts);
        const without = drawn.filter(({ type }) => type !== 'IAM_GROUP_MEMBERSHIP');
        const reached = (all: typeof drawn) => {
          const held = new Set(['ann']);
          for (const name of held) for (const { from, to } of all) if (from.name === name) held.add(to.name);
          return [...held].filter((name) => name !== 'staff' && name !== 'held').sort();
        };
        expect(reached(drawn)).toEqual(reached(without));
      },
    ),
    { numRuns: 150 },
  );
});
