import type { Denial } from '@firebreak/contract';
import { denial } from '@firebreak/contract';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bindingOf, denialName, denialObjects, denialOf } from './policy.ts';

/** Names as hostile as the schema lets through. */
const hostile = fc.oneof(
  fc.string({ minLength: 1, maxLength: 40 }),
  fc.constantFrom('") || true || ("', '\\', '"', '\n', "'''", 'r"', '\u0000', '\u2028', '😀', 'true'),
);
const namespace = fc.constantFrom('ml', 'a', 'x-1');
const somewhere = fc
  .option(namespace, { nil: undefined })
  .map((name) => (name === undefined ? {} : { namespace: name }));
const subject = fc.oneof(
  fc.record({ kind: fc.constantFrom('User' as const, 'Group' as const), name: hostile }),
  fc.record({ kind: fc.constant('ServiceAccount' as const), namespace, name: fc.constantFrom('bot', 'default') }),
);
const image = fc.constantFrom(
  'registry.example/',
  'docker.io/library/nginx',
  `@sha256:${'a'.repeat(64)}`,
  'a.b:5000/x/',
);
const wish = fc.oneof(
  fc.record({ deny: fc.constant('account' as const), namespace, serviceAccount: hostile }),
  fc
    .tuple(fc.uniqueArray(image, { minLength: 1 }), somewhere)
    .map(([images, place]) => ({ deny: 'images' as const, images, ...place })),
  fc
    .tuple(
      subject,
      fc.constantFrom('', '*', 'apps'),
      fc.constantFrom(['pods'], ['*/*'], ['pods/exec', 'pods']),
      somewhere,
    )
    .map(([who, group, resources, place]) => ({ deny: 'writes' as const, subject: who, group, resources, ...place })),
);

test('a policy says what it was made for, whatever the names are', () => {
  fc.assert(
    fc.property(wish, (drawn) => {
      const of = drawn as Denial;
      fc.pre(denial.safeParse(of).success && !isAccountName(of));
      const { policy, binding } = denialObjects(of, denialName(of));
      // As a server keeps it: through JSON, with what it owns.
      const kept = JSON.parse(JSON.stringify({ ...policy, status: { observedGeneration: 1 } }));
      expect(denialOf(kept)).toEqual(of);
      expect(bindingOf(binding)).toEqual({ policyName: denialName(of), enforced: true, unconditional: true });
    }),
  );
});

test('names never touch what judges', () => {
  const of = (serviceAccount: string): Denial => ({ deny: 'account', namespace: 'ml', serviceAccount });
  const judge = (each: Denial) =>
    (denialObjects(each, 'x').policy.spec as { validations: readonly { expression: string }[] }).validations;
  fc.assert(
    fc.property(hostile, (name) => {
      expect(judge(of(name))).toEqual(judge(of('a')));
    }),
  );
});

/** A user who is called like a service account is that account. */
function isAccountName(of: Denial): boolean {
  return of.deny === 'writes' && of.subject.kind === 'User' && of.subject.name.startsWith('system:serviceaccount:');
}

test('whatever differs from what we would make denies nothing', () => {
  const of: Denial = { deny: 'account', namespace: 'ml', serviceAccount: 'bot' };
  const made = JSON.parse(JSON.stringify(denialObjects(of, 'x').policy));
  expect(denialOf(made)).toEqual(of);
  const rule = ['matchConstraints', 'resourceRules', '0'];
  const spoilt: readonly (readonly [path: readonly string[], value: unknown])[] = [
    [['failurePolicy'], 'Ignore'],
    [['validations', '0', 'expression'], `${made.spec.validations[0].expression} || true`],
    [['validations'], []],
    [['matchConditions'], [{ name: 'not-me', expression: 'request.userInfo.username != "mallory"' }]],
    [['matchConstraints', 'excludeResourceRules'], [{ apiGroups: [''], resources: ['pods'] }]],
    [['matchConstraints', 'namespaceSelector'], { matchLabels: { a: 'b' } }],
    [['matchConstraints', 'objectSelector'], { matchLabels: { a: 'b' } }],
    [['matchConstraints', 'matchPolicy'], 'Exact'],
    [[...rule, 'operations'], ['UPDATE']],
    [[...rule, 'resourceNames'], ['only-this']],
    [['variables', '0', 'expression'], '"m" + "l"'],
    [['variables', '2'], { name: 'more', expression: 'true' }],
    [['paramKind'], { apiVersion: 'v1', kind: 'ConfigMap' }],
  ];
  for (const [path, value] of spoilt) {
    const policy = structuredClone(made);
    put(policy.spec, path, value);
    expect(denialOf(policy), path.join('.')).toBeUndefined();
  }
  for (const foreign of [null, 7, {}, { spec: { variables: [null, { name: 'account' }] } }])
    expect(denialOf(foreign)).toBeUndefined();
});

test('a binding that narrows, only warns, or has parameters is not believed', () => {
  const bound = (spec: object) => bindingOf({ spec: { policyName: 'x', validationActions: ['Deny'], ...spec } });
  expect(bound({ matchResources: { matchPolicy: 'Equivalent', namespaceSelector: {} } }).unconditional).toBe(false);
  expect(bound({ matchResources: {} }).unconditional).toBe(true);
  expect(bound({ paramRef: { name: 'p' } }).unconditional).toBe(false);
  expect(bound({ validationActions: ['Warn', 'Audit'] }).enforced).toBe(false);
});

function put(into: Record<string, unknown>, [key = '', ...rest]: readonly string[], value: unknown): void {
  if (rest.length === 0) into[key] = value;
  else put(into[key] as Record<string, unknown>, rest, value);
}
