/**
 * What a job's GITHUB_TOKEN may do (docs: "Automatic token authentication" and "Workflow syntax: permissions"). What must stay
 * true:
 *
 * - a `permissions` block is the whole truth: what it does not name is none; the job's replaces the workflow's;
 * - without any block the setting of the repository decides: `write` is everything but `id-token`, `read` is reading contents
 *   and packages; where the setting was not read both are possible, and the answer says that it is not certain;
 * - a called workflow gets at most what its caller has.
 */
import type { WorkflowPermissions } from '@firebreak/contract';

export const tokenScopes = [
  'actions',
  'artifact-metadata',
  'attestations',
  'checks',
  'contents',
  'deployments',
  'discussions',
  'id-token',
  'issues',
  'models',
  'packages',
  'pages',
  'pull-requests',
  'repository-projects',
  'security-events',
  'statuses',
] as const;
export type TokenScope = (typeof tokenScopes)[number];
export type Access = 'none' | 'read' | 'write';

export interface TokenPermissions {
  readonly access: (scope: TokenScope) => Access;
  /** False where the repository's default decides and was not read: then the access is the most that it may be. */
  readonly certain: boolean;
}

const order: readonly Access[] = ['none', 'read', 'write'];
const least = (a: Access, b: Access): Access => (order.indexOf(a) < order.indexOf(b) ? a : b);

/** @param setting of the repository; undefined where it was not read. */
export function defaultPermissions(setting: 'read' | 'write' | undefined): TokenPermissions {
  if (setting === 'read')
    return { certain: true, access: (scope) => (scope === 'contents' || scope === 'packages' ? 'read' : 'none') };
  return { certain: setting === 'write', access: (scope) => (scope === 'id-token' ? 'none' : 'write') };
}

function written(block: WorkflowPermissions): TokenPermissions {
  const scopes = new Map(block.scopes.map(({ name, access }) => [name, access]));
  return {
    certain: true,
    access: (scope) => {
      if (block.all === undefined) return scopes.get(scope) ?? 'none';
      // There is nothing to read of an id-token, so read-all does not hold it.
      return scope === 'id-token' && block.all === 'read' ? 'none' : block.all;
    },
  };
}

/** @param caller what the calling job has, for the job of a called workflow. */
export function jobPermissions(
  workflow: WorkflowPermissions | undefined,
  job: WorkflowPermissions | undefined,
  setting: 'read' | 'write' | undefined,
  caller?: TokenPermissions,
): TokenPermissions {
  const block = job ?? workflow;
  // A called workflow that says nothing has what its caller has.
  if (caller !== undefined) return block === undefined ? caller : capped(written(block), caller);
  return block === undefined ? defaultPermissions(setting) : written(block);
}

function capped(own: TokenPermissions, caller: TokenPermissions): TokenPermissions {
  return {
    certain: own.certain && caller.certain,
    access: (scope) => least(own.access(scope), caller.access(scope)),
  };
}

/** `contents: write, id-token: write`, for people. */
export function permissionsInWords(permissions: TokenPermissions): string {
  const granted = tokenScopes.flatMap((scope) => {
    const access = permissions.access(scope);
    return access === 'none' ? [] : [`${scope}: ${access}`];
  });
  return granted.length === 0 ? 'nothing' : granted.join(', ');
}
