// biome-ignore-all lint/suspicious/noTemplateCurlyInString: workflows are written with GitHub's own expressions
/** What somebody who merely has an account reaches. */
import {
  action,
  branch,
  type Cases,
  checkout,
  environment,
  known,
  pinned,
  runner,
  secret,
  settings,
  workflow,
} from './world.case.ts';

const job = (on: string, steps: string, rest = '') =>
  workflow(`on: ${on}
jobs:
  j:
    runs-on: ubuntu-latest
${rest}    steps:
${steps}`);
const head = `      - uses: actions/checkout@v4
        with: {ref: "\${{ github.event.pull_request.head.sha }}"}
`;
const edge = 'Outsider/github.com -> Job/.github/workflows/ci.yml/j';
const title = '      - run: echo "${{ github.event.issue.title }}"\n';

const commit = 'c'.repeat(40);
const usesCommit = job('push', `      - uses: other/action@${commit}\n`);

export const outsiderCases: Cases = {
  IMPOSTOR_ACTION: {
    holds: [
      { world: [known(), usesCommit, pinned(commit, false)], edge },
      { world: [known({ visibility: 'private' }), usesCommit, pinned(commit, false)], edge },
    ],
    misses: [
      { because: 'a commit of its own', world: [known(), usesCommit, pinned(commit, true)] },
      { because: 'nobody looked', world: [known(), usesCommit] },
      { because: 'another commit', world: [known(), usesCommit, pinned('d'.repeat(40), false)] },
      {
        because: 'GitHub refuses it',
        world: [known(), settings({ allowed_actions: 'local_only' }), usesCommit, pinned(commit, false)],
      },
    ],
  },
  OUTSIDER_JOB: {
    holds: [
      { world: [known(), job('pull_request_target', `${head}      - run: npm test\n`)], edge },
      { world: [checkout, job('pull_request_target', `${head}      - run: npm test\n`)], edge },
      { world: [known(), job('pull_request_target', `${head}      - uses: ./tools/lint\n`)], edge },
      { world: [known(), job('[issues]', title)], edge },
      {
        world: [
          known(),
          job(
            'issue_comment',
            '      - uses: actions/github-script@v7\n        with: {script: "x(`${{ github.event.comment.body }}`)"}\n',
          ),
        ],
        edge,
      },
      {
        // Through an environment variable of the workflow's own, which is text again.
        world: [
          known(),
          workflow(`on: issues
env: {TITLE: "\${{ github.event.issue.title }}"}
jobs:
  j:
    runs-on: ubuntu-latest
    steps:
      - run: echo \${{ env.TITLE }}`),
        ],
        edge,
      },
      {
        // Through a composite action of the repository, by its input.
        world: [
          known(),
          action(
            'runs:\n  using: composite\n  steps:\n    - run: echo ${{ inputs.text }}\n      shell: bash\ninputs: {text: {}}',
            'say',
          ),
          job('issues', '      - uses: ./say\n        with: {text: "${{ github.event.issue.body }}"}\n'),
        ],
        edge,
      },
      {
        // Through a called workflow.
        world: [
          known(),
          workflow(
            'on: issues\njobs:\n  j:\n    uses: ./.github/workflows/say.yml\n    with: {text: "${{ github.event.issue.body }}"}\n',
          ),
          workflow(
            'on: {workflow_call: {inputs: {text: {type: string}}}}\njobs:\n  say:\n    runs-on: ubuntu-latest\n    steps:\n      - run: echo ${{ inputs.text }}\n',
            'say.yml',
          ),
        ],
        edge,
      },
      {
        world: [
          known(),
          workflow(
            'on: pull_request\nname: Build\njobs: {b: {runs-on: ubuntu-latest, steps: [{run: make}]}}',
            'build.yml',
          ),
          job(
            '{workflow_run: {workflows: [Build], types: [completed]}}',
            '      - uses: actions/download-artifact@v4\n        with: {run-id: "${{ github.event.workflow_run.id }}"}\n      - run: bash ./report.sh\n',
          ),
        ],
        edge,
      },
      {
        // A guard that hangs on what the stranger chooses is none.
        world: [
          known(),
          job(
            'issue_comment',
            '      - run: echo ${{ github.event.comment.body }}\n',
            "    if: startsWith(github.event.comment.body, '/test')\n",
          ),
        ],
        edge,
      },
      {
        // A bot's name can be borrowed.
        world: [
          known(),
          job('pull_request_target', `${head}      - run: make\n`, "    if: github.actor == 'dependabot[bot]'\n"),
        ],
        edge,
      },
    ],
    misses: [
      {
        because: 'only checked out',
        world: [known(), job('pull_request_target', `${head}      - uses: actions/labeler@v5\n`)],
      },
      {
        because: 'own commit',
        world: [known(), job('pull_request_target', '      - uses: actions/checkout@v4\n      - run: npm test\n')],
      },
      {
        because: 'handed on by the environment',
        world: [
          known(),
          job('issues', '      - run: echo "$TITLE"\n        env: {TITLE: "${{ github.event.issue.title }}"}\n'),
        ],
      },
      {
        because: 'only compared',
        world: [known(), job('issues', "      - run: echo ${{ github.event.issue.title == 'x' }}\n")],
      },
      { because: 'a number', world: [known(), job('issues', '      - run: echo ${{ github.event.issue.number }}\n')] },
      { because: 'empty under this event', world: [known(), job('fork', title)] },
      { because: 'unprivileged', world: [known(), job('pull_request', `${head}      - run: npm test\n`)] },
      {
        because: 'writers only',
        world: [known(), job('push', '      - run: echo ${{ github.event.head_commit.message }}\n')],
      },
      { because: 'private', world: [known({ visibility: 'private' }), job('issues', title)] },
      { because: 'archived', world: [known({ archived: true }), job('issues', title)] },
      { because: 'Actions are off', world: [known(), settings({ enabled: false }), job('issues', title)] },
      {
        because: 'members only',
        world: [known(), job('issues', title, "    if: github.event.issue.author_association == 'MEMBER'\n")],
      },
      {
        because: 'no forks',
        world: [
          known(),
          job(
            'pull_request_target',
            `${head}      - run: make\n`,
            '    if: github.event.pull_request.head.repo.full_name == github.repository\n',
          ),
        ],
      },
      {
        because: 'another event',
        world: [known(), job('[push, issues]', title, "    if: github.event_name == 'push'\n")],
      },
      {
        because: 'the step is for another event',
        world: [
          known(),
          job(
            '[push, issues]',
            "      - if: github.event_name == 'push'\n        run: echo ${{ github.event.issue.title }}\n",
          ),
        ],
      },
      {
        because: 'it needs a job that shuts strangers out',
        world: [
          known(),
          workflow(`on: issues
jobs:
  gate: {runs-on: ubuntu-latest, if: "github.actor == 'ada'", steps: [{run: true}]}
  j: {runs-on: ubuntu-latest, needs: gate, steps: [{run: "echo \${{ github.event.issue.title }}"}]}`),
        ],
      },
      {
        because: 'waits for a workflow that no stranger starts',
        world: [
          known(),
          workflow('on: push\nname: Build\njobs: {b: {runs-on: ubuntu-latest, steps: [{run: make}]}}', 'build.yml'),
          job(
            '{workflow_run: {workflows: [Build]}}',
            '      - run: echo ${{ github.event.workflow_run.head_branch }}\n',
          ),
        ],
      },
      {
        because: 'a called workflow that nobody but others start',
        world: [
          known(),
          workflow(
            'on: workflow_call\njobs: {j: {runs-on: x, steps: [{run: "echo ${{ github.event.issue.title }}"}]}}',
          ),
        ],
      },
    ],
  },
  OUTSIDER_FORK: {
    holds: [{ world: [known(), settings(), job('pull_request', title)], edge: 'Outsider/github.com -> ForkWorkflow' }],
    misses: [
      { because: 'private', world: [known({ visibility: 'private' }), job('pull_request', title)] },
      { because: 'off', world: [known(), settings({ enabled: false })] },
    ],
  },
  READER_FORK: {
    holds: [
      {
        world: [
          known({ visibility: 'private' }),
          settings({ fork_pr_private: { run_workflows_from_fork_pull_requests: true } }),
        ],
        edge: 'RepositoryContent -> ForkWorkflow',
      },
    ],
    misses: [
      { because: 'the setting is off', world: [known({ visibility: 'private' }), settings()] },
      {
        because: 'forking is not allowed',
        world: [
          known({ visibility: 'private', allow_forking: false }),
          settings({ fork_pr_private: { run_workflows_from_fork_pull_requests: true } }),
        ],
      },
    ],
  },
  FORK_TRUST: {
    holds: [
      {
        world: [known({ visibility: 'private' }), settings({ fork_pr_private: { send_secrets_and_variables: true } })],
        edge: 'ForkWorkflow -> PushedWorkflow',
      },
    ],
    misses: [
      {
        because: 'public repositories never send them',
        world: [known(), settings({ fork_pr_private: { send_secrets_and_variables: true } })],
      },
      { because: 'the setting is off', world: [known({ visibility: 'private' }), settings()] },
    ],
  },
  JOB_RUNNER: {
    holds: [
      {
        world: [
          known(),
          runner(['self-hosted', 'gpu']),
          workflow('on: push\njobs: {j: {runs-on: [self-hosted, gpu], steps: [{run: make}]}}'),
        ],
        edge: 'Job/.github/workflows/ci.yml/j -> Runner/31',
      },
      { world: [known(), runner(['gpu'])], edge: 'ForkWorkflow -> Runner/31' },
      { world: [known(), runner(['gpu'])], edge: 'PushedWorkflow -> Runner/31' },
      {
        world: [checkout, workflow('on: push\njobs: {j: {runs-on: self-hosted, steps: [{run: make}]}}')],
        edge: 'Job/.github/workflows/ci.yml/j -> RunnerPool/self-hosted',
      },
      {
        world: [
          checkout,
          workflow(
            'on: push\njobs: {j: {runs-on: "${{ matrix.os }}", strategy: {matrix: {os: [ubuntu-latest, self-hosted]}}, steps: [{run: make}]}}',
          ),
        ],
        edge: 'Job/.github/workflows/ci.yml/j -> RunnerPool/self-hosted',
      },
    ],
    misses: [
      {
        because: 'another label',
        world: [
          known(),
          runner(['self-hosted', 'cpu']),
          workflow('on: push\njobs: {j: {runs-on: [self-hosted, gpu], steps: [{run: make}]}}'),
        ],
        edge: 'Job/.github/workflows/ci.yml/j -> Runner/31',
      },
      {
        because: 'a machine of GitHub’s',
        world: [known(), workflow('on: push\njobs: {j: {runs-on: ubuntu-latest, steps: [{run: make}]}}')],
      },
      {
        because: 'taken out of the matrix again',
        world: [
          checkout,
          workflow(
            'on: push\njobs: {j: {runs-on: "${{ matrix.os }}", strategy: {matrix: {os: [ubuntu-latest, self-hosted], exclude: [{os: self-hosted}]}}, steps: [{run: make}]}}',
          ),
        ],
      },
    ],
  },
  RUNNER_JOBS: {
    holds: [
      {
        world: [
          known(),
          runner(['self-hosted']),
          workflow('on: push\njobs: {j: {runs-on: self-hosted, steps: [{run: make}]}}'),
        ],
        edge: 'Runner/31 -> Job/.github/workflows/ci.yml/j',
      },
    ],
    misses: [
      {
        because: 'it lives for one job',
        world: [
          known(),
          runner(['self-hosted'], { ephemeral: true }),
          workflow('on: push\njobs: {j: {runs-on: self-hosted, steps: [{run: make}]}}'),
        ],
      },
    ],
  },
  CACHE_POISON: {
    holds: [
      {
        world: [
          known(),
          workflow(`on: [pull_request_target]
jobs:
  a: {runs-on: ubuntu-latest, steps: [{run: make}]}`),
          workflow(
            'on: release\njobs: {b: {runs-on: ubuntu-latest, steps: [{uses: actions/cache@v4}]}}',
            'release.yml',
          ),
        ],
        edge: 'Job/.github/workflows/ci.yml/a -> Job/.github/workflows/release.yml/b',
      },
    ],
    misses: [
      {
        because: 'a pull request has a cache of its own',
        world: [
          known(),
          workflow('on: pull_request\njobs: {a: {runs-on: ubuntu-latest, steps: [{run: make}]}}'),
          workflow(
            'on: pull_request\njobs: {b: {runs-on: ubuntu-latest, steps: [{uses: actions/cache@v4}]}}',
            'release.yml',
          ),
        ],
      },
      {
        because: 'it only stores',
        world: [
          known(),
          workflow('on: push\njobs: {a: {runs-on: ubuntu-latest, steps: [{uses: actions/cache/save@v4}]}}'),
        ],
      },
      {
        because: 'caching is off',
        world: [
          known(),
          workflow(
            'on: push\njobs: {a: {runs-on: ubuntu-latest, steps: [{uses: actions/setup-node@v4}, {uses: actions/setup-go@v5, with: {cache: false}}]}}',
          ),
        ],
      },
    ],
  },
  JOB_SECRET: {
    holds: [
      {
        world: [known(), secret('KEY'), job('push', '      - run: deploy\n        env: {KEY: "${{ secrets.KEY }}"}\n')],
        edge: 'Job/.github/workflows/ci.yml/j -> Secret/KEY',
      },
      {
        world: [checkout, job('push', "      - run: deploy ${{ secrets['KEY'] }}\n")],
        edge: 'Job/.github/workflows/ci.yml/j -> Secret/KEY',
      },
      {
        world: [
          known(),
          environment('prod'),
          secret('KEY'),
          secret('KEY', 'prod'),
          job('push', '      - run: deploy ${{ secrets.KEY }}\n', '    environment: prod\n'),
        ],
        edge: 'Job/.github/workflows/ci.yml/j -> EnvironmentSecret/prod/KEY',
      },
      {
        world: [
          known(),
          secret('KEY'),
          workflow('on: push\njobs:\n  j:\n    uses: ./.github/workflows/c.yml\n    secrets: inherit\n'),
          workflow('on: workflow_call\njobs: {c: {runs-on: x, steps: [{run: "deploy ${{ secrets.KEY }}"}]}}', 'c.yml'),
        ],
        edge: 'Job/.github/workflows/ci.yml/j -> Secret/KEY',
      },
      {
        world: [
          known(),
          secret('KEY'),
          workflow('on: push\njobs:\n  j:\n    uses: other/repo/.github/workflows/c.yml@v1\n    secrets: inherit\n'),
        ],
        edge: 'Job/.github/workflows/ci.yml/j -> Secret/KEY',
      },
      {
        world: [known(), secret('KEY'), job('push', "      - run: echo '${{ toJSON(secrets) }}'\n")],
        edge: 'Job/.github/workflows/ci.yml/j -> Secret/KEY',
      },
    ],
    misses: [
      {
        because: 'there is no such secret',
        world: [known(), secret('OTHER'), job('push', '      - run: deploy ${{ secrets.KEY }}\n')],
      },
      {
        because: 'GITHUB_TOKEN is none',
        world: [checkout, job('push', '      - run: deploy ${{ secrets.GITHUB_TOKEN }}\n')],
      },
      {
        because: 'of an environment that the job is not in',
        world: [
          known(),
          environment('prod'),
          secret('KEY', 'prod'),
          job('push', '      - run: deploy ${{ secrets.KEY }}\n'),
        ],
      },
      {
        because: 'not handed on',
        world: [
          known(),
          secret('KEY'),
          workflow('on: push\njobs:\n  j:\n    uses: ./.github/workflows/c.yml\n'),
          workflow('on: workflow_call\njobs: {c: {runs-on: x, steps: [{run: "deploy ${{ secrets.KEY }}"}]}}', 'c.yml'),
        ],
      },
    ],
  },
  WORKFLOW_EDIT: {
    holds: [
      {
        world: [known(), branch('main'), job('push', '      - run: make\n')],
        edge: 'Branch/main + WorkflowWrite -> Job/.github/workflows/ci.yml/j',
      },
      {
        world: [known(), job('schedule', '      - run: make\n')],
        edge: 'Branch/main + WorkflowWrite -> Job/.github/workflows/ci.yml/j',
      },
    ],
    misses: [
      {
        because: 'it runs on another branch',
        world: [known(), job('{push: {branches: [release]}}', '      - run: make\n')],
      },
      { because: 'it runs on tags', world: [known(), job('{push: {tags: ["v*"]}}', '      - run: make\n')] },
    ],
  },
  JOB_CONTENT: {
    holds: [
      {
        world: [known(), job('push', '      - uses: actions/checkout@v4\n      - run: make\n')],
        edge: 'Branch/main -> Job/.github/workflows/ci.yml/j',
      },
    ],
    misses: [
      { because: 'nothing is checked out', world: [known(), job('push', '      - run: make\n')] },
      {
        because: 'another repository is',
        world: [
          known(),
          job('push', '      - uses: actions/checkout@v4\n        with: {repository: other/repo}\n      - run: make\n'),
        ],
      },
      {
        because: 'nothing of it runs',
        world: [known(), job('push', '      - uses: actions/checkout@v4\n      - run: echo hello\n')],
      },
    ],
  },
};
