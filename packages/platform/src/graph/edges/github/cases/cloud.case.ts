/** Tokens that GitHub signs for a job, and the roles that let them in. */
import { type Cases, environment, known, reviewed, role, settings, workflow } from './world.case.ts';

const j = 'Job/.github/workflows/ci.yml/j';
const one = (body: string, on = 'push') => workflow(`on: ${on}\njobs:\n  j: {runs-on: ubuntu-latest, ${body}}`);
const may = (permissions: string, on = 'push') => one(`permissions: {${permissions}}, steps: [{run: make}]`, on);

/** A workflow of another repository that ours calls. */
const flows = { host: 'github.com', path: 'acme/flows' };
const called = 'on: workflow_call\njobs: {d: {runs-on: ubuntu-latest, steps: [{run: make}]}}';
const sharedFile = 'acme/flows/.github/workflows/deploy.yml';

export const cloudCases: Cases = {
  JOB_CLOUD_ROLE: {
    holds: [
      {
        world: [known(), role('r', 'repo:acme/models:ref:refs/heads/main'), may('id-token: write')],
        edge: `${j} -> aws:Role/r`,
      },
      {
        world: [known(), role('r', 'repo:acme/models:*'), may('id-token: write', 'schedule')],
        edge: `${j} -> aws:Role/r`,
      },
      {
        world: [known(), role('r', 'repo:acme/models:pull_request'), may('id-token: write', 'pull_request')],
        edge: `${j} -> aws:Role/r`,
      },
      {
        world: [
          known(),
          role('r', 'repo:acme/models:environment:prod'),
          one('environment: prod, permissions: {id-token: write}, steps: [{run: make}]'),
        ],
        edge: `${j} -> aws:Role/r`,
      },
      {
        world: [
          known(),
          settings({ oidc: { use_default: false, include_claim_keys: ['repository_owner', 'ref'] } }),
          role('r', 'repository_owner:acme:ref:refs/heads/main'),
          may('id-token: write'),
        ],
        edge: `${j} -> aws:Role/r`,
      },
      {
        world: [known({ full_name: 'Acme/Models' }), role('r', 'repo:Acme/Models:*'), may('id-token: write')],
        edge: `${j} -> aws:Role/r`,
      },
      {
        world: [
          known(),
          settings({ oidc: { use_default: false, include_claim_keys: ['repo', 'job_workflow_ref'] } }),
          role('r', 'repo:acme/models:job_workflow_ref:acme/flows/.github/workflows/deploy.yml@refs/heads/main'),
          workflow(`on: push\npermissions: {id-token: write}\njobs: {j: {uses: ${sharedFile}@main}}`),
          workflow(called, 'deploy.yml', flows),
        ],
        edge: `${j} -> aws:Role/r`,
      },
      {
        // Of a called workflow that nobody read: it has the caller's rights.
        world: [
          known(),
          settings({ oidc: { use_default: false, include_claim_keys: ['job_workflow_ref'] } }),
          role('r', 'job_workflow_ref:acme/flows/.github/workflows/deploy.yml@refs/tags/v2'),
          workflow(`on: push\npermissions: {id-token: write}\njobs: {j: {uses: ${sharedFile}@v2}}`),
        ],
        edge: `${j} -> aws:Role/r`,
      },
      {
        world: [
          known(),
          role('r', 'repo:acme/models:ref:refs/tags/v*'),
          may('id-token: write', '{push: {tags: ["v*"]}}'),
        ],
        edge: `${j} -> aws:Role/r`,
      },
    ],
    misses: [
      {
        because: 'a trust policy compares the spelling',
        world: [known({ full_name: 'Acme/Models' }), role('r', 'repo:acme/models:*'), may('id-token: write')],
      },
      {
        because: 'a template of nobody knows what',
        world: [
          known(),
          settings({ oidc: { use_default: false, include_claim_keys: [] } }),
          role('r', '*'),
          may('id-token: write'),
        ],
      },
      {
        because: 'another file than the one that is trusted was called',
        world: [
          known(),
          settings({ oidc: { use_default: false, include_claim_keys: ['repo', 'job_workflow_ref'] } }),
          role('r', 'repo:acme/models:job_workflow_ref:acme/models/.github/workflows/deploy.yml@refs/heads/main'),
          workflow(`on: push\npermissions: {id-token: write}\njobs: {j: {uses: ${sharedFile}@main}}`),
          workflow(called, 'deploy.yml', flows),
        ],
      },
      { because: 'no id-token', world: [known(), role('r', 'repo:acme/models:*'), may('contents: write')] },
      { because: 'another repository', world: [known(), role('r', 'repo:acme/other:*'), may('id-token: write')] },
      {
        because: 'another branch',
        world: [
          known(),
          role('r', 'repo:acme/models:ref:refs/heads/prod'),
          may('id-token: write', '{push: {branches: [main]}}'),
        ],
      },
      {
        because: 'a job with an environment shows that and not its branch',
        world: [
          known(),
          role('r', 'repo:acme/models:ref:refs/heads/main'),
          one('environment: prod, permissions: {id-token: write}, steps: [{run: make}]'),
        ],
      },
      {
        because: 'the template leaves out what the role asks for',
        world: [
          known(),
          settings({ oidc: { use_default: false, include_claim_keys: ['repository_owner'] } }),
          role('r', 'repo:acme/models:*'),
          may('id-token: write'),
        ],
      },
    ],
  },
  PUSHED_WORKFLOW_ROLE: {
    holds: [
      { world: [known(), role('r', 'repo:acme/models:*')], edge: 'PushedWorkflow -> aws:Role/r' },
      {
        world: [known(), role('r', 'repo:acme/models:ref:refs/heads/feature/*')],
        edge: 'PushedWorkflow -> aws:Role/r',
      },
      {
        world: [known(), environment('prod'), role('r', 'repo:acme/models:environment:prod')],
        edge: 'PushedWorkflow -> aws:Role/r',
      },
    ],
    misses: [
      {
        because: 'a protected branch',
        world: [known(), reviewed('main'), role('r', 'repo:acme/models:ref:refs/heads/main')],
      },
      {
        because: 'an environment of protected branches',
        world: [
          known(),
          environment('prod', { deployment_branch_policy: { protected_branches: true } }),
          role('r', 'repo:acme/models:environment:prod'),
        ],
      },
    ],
  },
};
