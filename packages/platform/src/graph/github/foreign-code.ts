/**
 * Whether a job runs what a stranger wrote, for an event that a stranger can cause. Three ways, each told with the step that
 * it happens in:
 *
 * 1. a script is put together from text that they chose (template injection);
 * 2. their commit is checked out and something of it is executed;
 * 3. what their own, unprivileged run left behind (an artifact) is taken up and executed.
 *
 * Checking out alone is no way, nor is text that is handed on by the environment: near misses of the tests.
 */
import type { WorkflowStep } from '@firebreak/contract';
import { actionName } from './action-names.ts';
import { isChosen, namesForeignCode } from './attacker-text.ts';
import { sourcesIn, sourcesOf } from './dataflow.ts';
import { embeddedIn } from './expression.ts';
import type { Run, RunStep } from './jobs.ts';
import { programsOf } from './script-inputs.ts';

export interface ForeignCode {
  readonly step: RunStep;
  readonly likelihood: number;
  readonly note: string;
}

export function* foreignCodeIn(run: Run, event: string): Generator<ForeignCode> {
  let checkedOut = 0;
  let taken = 0;
  for (const each of run.steps) {
    const { step, scope } = each;
    for (const { text, name } of programsOf(step)) {
      const chosen = embeddedIn(text.value).find((embedded) =>
        sourcesOf(embedded, scope).some((path) => isChosen(event, path)),
      );
      if (chosen !== undefined)
        yield {
          step: each,
          likelihood: 1,
          note: `line ${step.line}: \${{ ${chosen.source} }} becomes part of ${name}`,
        };
    }
    checkedOut = Math.max(checkedOut, checksOutForeign(each, event));
    if (event === 'workflow_run' && takesArtifact(step)) taken = 0.6;
    const executes = executesFiles(step);
    if (executes === undefined) continue;
    if (checkedOut > 0)
      yield {
        step: each,
        likelihood: Math.min(checkedOut, executes.likelihood),
        note: `line ${step.line}: ${executes.what} after a stranger's commit was checked out`,
      };
    if (taken > 0)
      yield {
        step: each,
        likelihood: Math.min(taken, executes.likelihood),
        note: `line ${step.line}: ${executes.what} after an artifact of a stranger's run was taken up`,
      };
  }
}

/** How likely the step brings a stranger's commit into the workspace. */
function checksOutForeign({ step, scope }: RunStep, event: string): number {
  if (step.uses !== undefined && actionName(step.uses) === 'actions/checkout') {
    const told = step.with.filter(({ key }) => ['ref', 'repository'].includes(key.toLowerCase()));
    const paths = told.flatMap(({ text }) => sourcesIn(text.value, scope));
    return Math.max(0, ...paths.map((path) => namesForeignCode(event, path)));
  }
  const script = step.run?.value;
  if (script === undefined) return 0;
  if (/\bgh\s+pr\s+checkout\b|\brefs?\/pull\/|\bpull\/[^\s]{0,200}\/(?:head|merge)/.test(script)) return 0.9;
  if (!/\bgit\s+(?:fetch|checkout|switch|pull|clone|reset)\b/.test(script)) return 0;
  const named = [...sourcesIn(script, scope), ...usedEnvironment(script, scope)];
  return Math.max(0, ...named.map((path) => namesForeignCode(event, path)));
}

/** Origins of the variables that a script uses: `$HEAD_REF`. */
function usedEnvironment(script: string, scope: RunStep['scope']): readonly string[] {
  return scope.env
    .filter(({ key }) => script.includes(`$${key}`) || script.includes(`{${key}}`))
    .flatMap(({ text }) => sourcesIn(text.value, scope));
}

function takesArtifact({ uses, with: inputs, run }: WorkflowStep): boolean {
  const name = uses === undefined ? '' : actionName(uses);
  if (name === 'dawidd6/action-download-artifact') return true;
  if (name === 'actions/download-artifact') return inputs.some(({ key }) => key === 'run-id');
  if (name === 'actions/github-script')
    return inputs.some(({ text }) => /\b(?:downloadArtifact|listWorkflowRunArtifacts)\b/.test(text.value));
  return run !== undefined && /\bgh\s+run\s+download\b/.test(run.value);
}

/** Programs that run what lies in the folder: build tools and package managers (their hooks), interpreters, own scripts. */
const builders =
  /(?:^|[\s;&|(])(?:npm|npx|yarn|pnpm|bun|deno|node|python3?|pip3?|pipx|poetry|uv|tox|nox|pytest|pre-commit|make|cmake|ninja|meson|bazel|cargo|go|mvn|mvnw|gradle|gradlew|ant|sbt|dotnet|msbuild|bundle|rake|ruby|gem|composer|php|phpunit|mix|rebar3|swift|xcodebuild|terraform|tofu|helm|kustomize|ansible-playbook|docker|podman|nix|nix-build|just|task|hatch|pdm|rye|eslint|jest|mkdocs|hugo|jekyll|bash|sh|zsh|pwsh|source)(?=\s|$)/m;
const ownScript = /(?:^|[\s;&|(])(?:\.{1,2}\/|\$GITHUB_WORKSPACE\/|\$\{\{\s*github\.workspace\s*\}\}\/)[\w.-]/m;

/** Whether a step executes files of the workspace, and in what words. */
function executesFiles({
  uses,
  run,
}: WorkflowStep): { readonly likelihood: number; readonly what: string } | undefined {
  if (run !== undefined) {
    const program = builders
      .exec(run.value)?.[0]
      .trim()
      .replace(/^[;&|(]\s*/, '');
    if (program !== undefined) return { likelihood: 0.9, what: `${program} runs` };
    return ownScript.test(run.value) ? { likelihood: 0.9, what: 'a script of the repository runs' } : undefined;
  }
  if (uses?.kind === 'local') return { likelihood: 1, what: `the action ${uses.text.value} runs` };
  const name = uses === undefined ? '' : actionName(uses);
  return buildActions.has(name) ? { likelihood: 0.8, what: `${name} builds` } : undefined;
}

const buildActions = new Set([
  'docker/build-push-action',
  'docker/bake-action',
  'gradle/gradle-build-action',
  'pre-commit/action',
  'bahmutov/npm-install',
  'golangci/golangci-lint-action',
  'super-linter/super-linter',
  'github/super-linter',
  'actions/jekyll-build-pages',
  'pypa/cibuildwheel',
  'redhat-actions/buildah-build',
  'goreleaser/goreleaser-action',
  'cypress-io/github-action',
]);

/** What a run executes of the commit that it checked out of its own repository; undefined when nothing. */
export function runsOwnFiles(run: Run): { readonly likelihood: number; readonly note: string } | undefined {
  let checkedOut = false;
  for (const { step } of run.steps) {
    if (step.uses !== undefined && actionName(step.uses) === 'actions/checkout')
      checkedOut ||= !step.with.some(({ key, text }) => isElsewhere(key.toLowerCase(), text.value));
    const executes = checkedOut ? executesFiles(step) : undefined;
    if (executes !== undefined) return { likelihood: executes.likelihood, note: `line ${step.line}: ${executes.what}` };
  }
  return undefined;
}

/** Another repository, or a commit that a pull request brought. */
function isElsewhere(input: string, value: string): boolean {
  return input === 'repository' || (input === 'ref' && /\bhead[._]|\.head\b|pull/i.test(value));
}
