import type { WorkflowPermissions } from '@firebreak/contract';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Access, defaultPermissions, jobPermissions, permissionsInWords, tokenScopes } from './permissions.ts';

const mark = { line: 1, column: 1 };
const access = fc.constantFrom<Access>('none', 'read', 'write');
const block: fc.Arbitrary<WorkflowPermissions> = fc.oneof(
  fc.constantFrom<WorkflowPermissions>(
    { ...mark, all: 'none', scopes: [] },
    { ...mark, all: 'read', scopes: [] },
    { ...mark, all: 'write', scopes: [] },
  ),
  fc
    .uniqueArray(fc.tuple(fc.constantFrom(...tokenScopes), access), { selector: ([scope]) => scope, minLength: 1 })
    .map((scopes) => ({ ...mark, scopes: scopes.map(([name, each]) => ({ name, access: each, ...mark })) })),
);
const maybe = fc.option(block, { nil: undefined });
const setting = fc.constantFrom('read' as const, 'write' as const, undefined);
const rank: Record<Access, number> = { none: 0, read: 1, write: 2 };

test('property: a block is the whole truth, and the job’s replaces the workflow’s', () => {
  fc.assert(
    fc.property(maybe, block, setting, (workflow, job, repository) => {
      const granted = jobPermissions(workflow, job, repository);
      expect(granted.certain).toBe(true);
      for (const scope of tokenScopes) {
        const named = job.scopes.find(({ name }) => name === scope)?.access;
        const whole = job.all === 'read' && scope === 'id-token' ? 'none' : job.all;
        expect(granted.access(scope)).toBe(whole ?? named ?? 'none');
      }
    }),
  );
});

test('property: without a block the repository’s setting decides, and id-token is never given by default', () => {
  fc.assert(
    fc.property(setting, (repository) => {
      const granted = jobPermissions(undefined, undefined, repository);
      expect(granted.certain).toBe(repository !== undefined);
      expect(granted.access('id-token')).toBe('none');
      expect(granted.access('contents')).toBe(repository === 'read' ? 'read' : 'write');
      for (const scope of tokenScopes) expect(granted.access(scope)).toBe(defaultPermissions(repository).access(scope));
    }),
  );
});

test('property: a called workflow never has more than its caller', () => {
  fc.assert(
    fc.property(maybe, maybe, maybe, maybe, setting, (callerWorkflow, callerJob, workflow, job, repository) => {
      const caller = jobPermissions(callerWorkflow, callerJob, repository);
      const called = jobPermissions(workflow, job, repository, caller);
      for (const scope of tokenScopes) {
        expect(rank[called.access(scope)]).toBeLessThanOrEqual(rank[caller.access(scope)]);
      }
    }),
  );
});

test('in words', () => {
  expect(permissionsInWords(defaultPermissions('read'))).toBe('contents: read, packages: read');
  expect(permissionsInWords(jobPermissions(undefined, { ...mark, all: 'none', scopes: [] }, 'write'))).toBe('nothing');
});
