import fc from 'fast-check';
import { expect, test } from 'vitest';
import { estateOf } from '../../facts/estate.ts';
import { rolesForWebIdentity } from '../aws/federation.ts';
import { role } from '../edges/github/cases/world.case.ts';
import { cloudRoles } from './cloud-roles.ts';

const issuer = 'token.actions.githubusercontent.com';
const subject = fc
  .tuple(fc.constantFrom('acme/a', 'acme/b', 'other/a'), fc.constantFrom('ref:refs/heads/main', 'environment:prod'))
  .map(([repository, rest]) => `repo:${repository}:${rest}`);
const pattern = fc.oneof(
  subject,
  fc.constantFrom(
    'repo:acme/*',
    'repo:acme/a:*',
    '*',
    'repo:*:ref:refs/heads/main',
    'repo:acme/?:environment:prod',
    'x',
  ),
  fc.constant(undefined),
);

test('property: asking for the roles that may trust a subject finds what asking for all of them finds', () => {
  fc.assert(
    fc.property(
      fc.array(pattern, { maxLength: 6 }),
      fc.array(subject, { minLength: 1, maxLength: 4 }),
      (patterns, subjects) => {
        const estate = estateOf(
          patterns.map((each, index) => role(`r${index}`, each)),
          [],
        );
        for (const each of subjects) {
          const all = [...rolesForWebIdentity(estate, { issuer, subject: each, claims: {} })];
          const asked = cloudRoles(estate, 'github.com', { subject: each, claims: {}, likelihood: 1 });
          expect(asked.map((found) => found.role)).toEqual(all.map((found) => found.role));
        }
      },
    ),
  );
});
