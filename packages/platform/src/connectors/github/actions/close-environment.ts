import { defineAction, githubId, type ProbeResult } from '@firebreak/contract';
import { z } from 'zod';
import { stateChange } from '../../../exchange/state-change.ts';
import { array, at, field, record, textAt } from '../../../intake/foreign.ts';
import type { GithubSession } from '../session.ts';
import { basePath, type Desk, deskOf, inRepository, repositoryName, through, type Write } from './exchange/desk.ts';
import { impactOf, interruptWorkflows } from './impact/legitimate-use.ts';

const params = inRepository.extend({
  environment: z.string().regex(/^[^\p{Cc}]{1,255}$/u, 'not the name of an environment'),
});
type Params = z.infer<typeof params>;
/** As a PUT takes it; GitHub shows the same as a list of rules. */
const environment = z.object({
  wait_timer: z.number().int(),
  prevent_self_review: z.boolean(),
  reviewers: z.array(z.object({ type: z.enum(['User', 'Team']), id: z.number().int() })).nullable(),
  deployment_branch_policy: z
    .object({ protected_branches: z.boolean(), custom_branch_policies: z.boolean() })
    .nullable(),
});
type Environment = z.infer<typeof environment>;
const before = z.object({
  /** Null when there is none of the name. */
  environment: environment.nullable(),
  /** Patterns of branches and tags that may enter, where those are named. */
  policies: z.array(z.object({ id: z.number().int(), name: z.string(), type: z.string() })),
});
type Before = z.infer<typeof before>;

const object = (of: Params) => githubId('Environment', repositoryName(of), of.environment);
const address = (of: Params) => `${basePath(of)}/environments/${encodeURIComponent(of.environment)}`;

async function read(desk: Desk, of: Params): Promise<Before> {
  const all = await desk.list(`${basePath(of)}/environments`, 'environments');
  const found = all.find((each) => textAt(each, 'name')?.toLowerCase() === of.environment.toLowerCase());
  if (found === undefined) return { environment: null, policies: [] };
  const state = asTaken(found);
  if (state.deployment_branch_policy?.custom_branch_policies !== true) return { environment: state, policies: [] };
  const named = await desk.list(`${address(of)}/deployment-branch-policies`, 'branch_policies');
  const policies = named.map((each) => before.shape.policies.element.parse({ type: 'branch', ...record(each) }));
  return { environment: state, policies: policies.sort((a, b) => (key(a) < key(b) ? -1 : 1)) };
}

function asTaken(told: unknown): Environment {
  const rules = array(field(told, 'protection_rules'));
  const rule = (type: string) => rules.find((each) => textAt(each, 'type') === type);
  const review = rule('required_reviewers');
  const policy = record(field(told, 'deployment_branch_policy'));
  return environment.parse({
    wait_timer: field(rule('wait_timer'), 'wait_timer') ?? 0,
    prevent_self_review: field(review, 'prevent_self_review') === true,
    reviewers:
      review === undefined
        ? null
        : array(field(review, 'reviewers')).map((each) => ({
            type: field(each, 'type'),
            id: at(each, 'reviewer', 'id'),
          })),
    deployment_branch_policy: policy ?? null,
  });
}

const key = ({ name, type }: { readonly name: string; readonly type: string }) => `${type} ${name}`;
const closedPolicy = { protected_branches: false, custom_branch_policies: true };
const isClosed = ({ environment: state, policies }: Before) =>
  state?.deployment_branch_policy?.custom_branch_policies === true && policies.length === 0;
const put = (of: Params, json: Environment): Write => ({
  verb: 'patch',
  object: object(of),
  method: 'PUT',
  path: address(of),
  json,
});
const policyPath = (of: Params) => `${address(of)}/deployment-branch-policies`;

/** No branch and no tag may enter: jobs that name it wait for nothing and fail, and its secrets are handed to nobody. */
export default defineAction<Params, Before, GithubSession>({
  id: 'github.close-environment',
  title: 'Close environment',
  stage: 'delivery',
  targetKinds: ['Environment'],
  params,
  before,
  permissions: ['administration: write', 'environments: read', 'actions: read'],
  target: (of) => ({ kind: 'Environment', id: object(of), name: `${of.environment} of ${of.repository}` }),
  describe: (of) =>
    `Let no branch or tag enter environment ${of.environment} of ${of.repository}: no job gets its secrets or its OIDC subject.`,
  undoes: (of) =>
    `Branches and tags enter environment ${of.environment} as before; named patterns are added again and have new numbers.`,
  drastic: () => true,
  takes: () => 5,
  impact: (of, estate) =>
    impactOf(
      'close-environment',
      interruptWorkflows(estate, of, `Jobs of it that enter ${of.environment} are refused.`, ({ data }) =>
        data.jobs.some((job) => job.environment?.name.value.toLowerCase() === of.environment.toLowerCase()),
      ),
    ),
  ...stateChange<Params, Before, GithubSession, Desk, Write>(
    through((of) => `Environment ${of.environment} of ${of.repository}`),
    {
      read,
      isGone: (state) => state.environment === null,
      goneIsWanted: true,
      wanted: isClosed,
      forward(from, of) {
        const state = from.environment;
        if (state?.deployment_branch_policy?.custom_branch_policies !== true && state !== null)
          return [put(of, { ...state, deployment_branch_policy: closedPolicy })];
        return from.policies.map((policy) => ({
          verb: 'delete',
          object: object(of),
          method: 'DELETE',
          path: `${policyPath(of)}/${policy.id}`,
        }));
      },
      back(now, of, was) {
        const there = new Set(now.policies.map(key));
        const missing = was.policies.filter((policy) => !there.has(key(policy)));
        if (was.environment !== null && JSON.stringify(now.environment) !== JSON.stringify(was.environment))
          return [put(of, was.environment)];
        return missing.map(({ name, type }) => ({
          verb: 'create',
          object: object(of),
          method: 'POST',
          path: policyPath(of),
          json: { name, type },
        }));
      },
      // Some of its patterns gone, and none that was not there.
      between: (now, _, was) => {
        const had = new Set(was.policies.map(key));
        return now.policies.length < was.policies.length && now.policies.every((policy) => had.has(key(policy)));
      },
      matter: (state) => ({ environment: state.environment, policies: state.policies.map(key) }),
    },
  ),
  async probe(attempt, of): Promise<readonly ProbeResult[]> {
    const now = await read(await deskOf(attempt, of), of);
    return [
      {
        what: `Nothing enters environment ${of.environment} of ${of.repository}`,
        result: now.environment === null || isClosed(now) ? 'holds' : 'fails',
        evidence:
          now.environment === null
            ? 'It is gone.'
            : `${now.policies.length} patterns may enter; named ones only: ${now.environment.deployment_branch_policy?.custom_branch_policies === true}.`,
      },
    ];
  },
});
