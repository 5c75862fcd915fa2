// biome-ignore-all lint/suspicious/noTemplateCurlyInString: workflows are written with GitHub's own expressions
/**
 * The shared CI corpus as one repository. Every workflow file parses, or is one of those that its authors broke on purpose. What
 * authority each job has, the edges say: compared, job by job, with a second reading of the files that shares no code with ours
 * (js-yaml, and GitHub's documentation of `permissions` and `secrets` in a few lines). Run alone it prints the score.
 */
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AnyFact, Estate, Gap } from '@firebreak/contract';
import { load } from 'js-yaml';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import github from '../../packages/platform/src/connectors/github/index.ts';
import { collectEstate } from '../../packages/platform/src/facts/collect.ts';
import { estateOf } from '../../packages/platform/src/facts/estate.ts';
import type { AttackGraph } from '../../packages/platform/src/graph/attack-graph.ts';
import { deriveGraph } from '../../packages/platform/src/graph/derive-graph.ts';
import { edgeRules } from '../../packages/platform/src/graph/edges/index.ts';
import { nodeRules } from '../../packages/platform/src/graph/nodes/index.ts';

const corpus = new URL('../../../shared/data/zizmor/crates/zizmor/tests/integration/test-data/', import.meta.url);
/** Broken on purpose, or files of another kind that lie among the workflows. */
const noWorkflows = /^invalid--/;

/** Every repository of the issuer `corpus/zizmor` that signs for anything: which jobs get a token is so the only question. */
const issuer = 'token.actions.githubusercontent.com';
const arn = 'arn:aws:iam::123456789012:role/anything';
const role = {
  id: `aws:Role/${arn}`,
  kind: 'aws.role',
  source: { connector: 'test', locator: 'role' },
  data: {
    Arn: arn,
    RoleName: 'anything',
    AssumeRolePolicyDocument: {
      Statement: [
        {
          Effect: 'Allow',
          Principal: { Federated: `arn:aws:iam::123456789012:oidc-provider/${issuer}` },
          Action: 'sts:AssumeRoleWithWebIdentity',
          Condition: { StringLike: { [`${issuer}:sub`]: 'repo:corpus/zizmor:*' } },
        },
      ],
    },
    RolePolicyList: [],
    AttachedManagedPolicies: [],
    InstanceProfileList: [],
    Tags: [],
  },
} as unknown as AnyFact;

describe.skipIf(!existsSync(corpus))('the shared CI corpus (skipped: corpus not present)', () => {
  const folder = mkdtempSync(join(tmpdir(), 'firebreak-scenario-corpus-'));
  const workflows = join(folder, '.github/workflows');
  const files = existsSync(corpus)
    ? readdirSync(corpus, { recursive: true, encoding: 'utf8' })
        .filter(
          (file) => /\.ya?ml$/.test(file) && !/dependabot|configs\/|zizmor\.|pre-commit|action\.ya?ml$/.test(file),
        )
        .map((file) => ({ file, name: file.replaceAll('/', '--') }))
    : [];
  let gaps: readonly Gap[];
  let estate: Estate;
  let graph: AttackGraph;

  beforeAll(async () => {
    mkdirSync(workflows, { recursive: true });
    mkdirSync(join(folder, '.git'));
    writeFileSync(join(folder, '.git/config'), '[remote "origin"]\n\turl = https://github.com/corpus/zizmor.git\n');
    writeFileSync(join(folder, '.git/HEAD'), 'ref: refs/heads/main\n');
    for (const { file, name } of files) cpSync(new URL(file, corpus), join(workflows, name));
    const read = await collectEstate(github, github.parse(folder), new AbortController().signal);
    ({ gaps } = read);
    const facts = ['git.checkout', 'github.workflow', 'github.action', 'github.codeowners'] as const;
    estate = estateOf([...facts.flatMap((kind) => read.estate.all(kind) as readonly AnyFact[]), role], []);
    graph = deriveGraph(estate, nodeRules, edgeRules);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test('every workflow file parses but those that were broken on purpose, and these are reported', () => {
    const read = new Set(estate.all('github.workflow').map(({ data }) => data.path.split('/').at(-1) ?? ''));
    const unread = files.filter(({ name }) => !read.has(name)).map(({ name }) => name);
    const reported = new Set(gaps.flatMap(({ where }) => /workflows\/(\S+) line/.exec(where)?.[1] ?? []));
    console.log(`${read.size} of ${files.length} workflow files parsed; not: ${unread.join(', ')}`);
    for (const name of unread) {
      expect(name).toMatch(noWorkflows);
      expect(reported).toContain(name);
    }
    expect(read.size).toBeGreaterThan(150);
  });

  /** `file/job what`, as our edges say it. */
  const edges = (type: string, what: (to: string, note: string) => string) =>
    new Set(
      [...graph.liveEdges()]
        .filter((edge) => edge.type === type && edge.from.startsWith('github:Job/'))
        .map(({ from, to, note }) => `${from.split('/workflows/')[1]} ${what(to, note ?? '')}`),
    );
  const told = () => files.flatMap(({ name }) => jobsIn(name, readFileSync(join(workflows, name), 'utf8')));

  test.each([
    ['JOB_SECRET', (to: string) => to.split('/').at(-1) ?? '', (job: Told) => job.secrets],
    ['JOB_TOKEN', (_: string, note: string) => note, (job: Told) => (job.token === undefined ? [] : [job.token])],
    ['JOB_CLOUD_ROLE', () => 'role', (job: Told) => (job.signs ? ['role'] : [])],
  ] as const)('%s is what a second reading of the files says', (type, ours, theirs) => {
    const found = edges(type, ours);
    const wanted = new Set(told().flatMap((job) => theirs(job).map((what) => `${job.id} ${what}`)));
    const hits = [...wanted].filter((each) => found.has(each));
    const extra = [...found].filter((each) => !wanted.has(each));
    const missed = [...wanted].filter((each) => !found.has(each));
    const ratio = (whole: number) => `${((100 * hits.length) / Math.max(1, whole)).toFixed(1)} %`;
    console.log(`${type}: ${hits.length} agreed, precision ${ratio(found.size)}, recall ${ratio(wanted.size)}`);
    expect(extra).toEqual([]);
    expect(missed).toEqual([]);
    expect(hits.length).toBeGreaterThan(5);
  });

  test('the jobs that strangers get into are those that the authors of the corpus opened', () => {
    const ways = [...graph.liveEdges()]
      .filter(({ type }) => type === 'OUTSIDER_JOB')
      .map(({ to, note }) => `${to.split('/workflows/')[1]}: ${note?.split(';')[0]}`);
    expect(ways).toMatchInlineSnapshot(`
      [
        "config-scenarios--config-in-dotgithub--.github--workflows--hackme.yml/inject-me: issues: line 13: \${{ github.event.issue.title }} becomes part of script",
        "config-scenarios--config-in-root--.github--workflows--hackme.yml/inject-me: issues: line 13: \${{ github.event.issue.title }} becomes part of script",
        "config-scenarios--disablement--.github--workflows--hackme.yml/inject-me: issues: line 13: \${{ github.event.issue.title }} becomes part of script",
        "config-scenarios--dotyaml-config-in-dotgithub--.github--workflows--hackme.yml/inject-me: issues: line 13: \${{ github.event.issue.title }} becomes part of script",
        "several-vulnerabilities.yml/hackme: pull_request_target: line 14: \${{ github.event.pull_request.title }} becomes part of run",
        "template-injection.yml/inject-me: issues: line 16: \${{ github.event.issue.title }} becomes part of script",
      ]
    `);
  });
});

interface Told {
  /** `file/job` */
  readonly id: string;
  readonly secrets: readonly string[];
  /** Undefined where it may do nothing. */
  readonly token: string | undefined;
  readonly signs: boolean;
}
type Json = Readonly<Record<string, unknown>>;

/** The second reading. */
function jobsIn(name: string, source: string): readonly Told[] {
  const root = document(source);
  const events = Object.keys(eventsOf(root?.on));
  if (root === undefined || events.every((event) => event === 'workflow_call')) return [];
  return Object.entries((root.jobs ?? {}) as Record<string, Json>).flatMap(([id, job]) => {
    if (typeof job !== 'object' || job === null) return [];
    const granted = grantedTo(
      job.permissions ?? root.permissions,
      job.permissions === undefined && root.permissions === undefined,
    );
    const environment = job.environment as { name?: string } | string | undefined;
    const entered = typeof environment === 'object' ? environment?.name : environment;
    return {
      id: `${name}/${id}`,
      secrets: namesIn(JSON.stringify([job, root.env ?? {}])),
      token: granted.length === 0 ? undefined : granted.join(', '),
      // Which environment an expression names nobody knows, and with it the subject.
      signs: granted.includes('id-token: write') && entered?.includes('${{') !== true,
    };
  });
}

function document(source: string): Json | undefined {
  try {
    return load(source) as Json;
  } catch {
    return undefined;
  }
}

function eventsOf(on: unknown): object {
  if (typeof on === 'string') return { [on]: null };
  return Array.isArray(on) ? Object.fromEntries(on.map((event: string) => [event, null])) : ((on ?? {}) as object);
}

/** Names behind `secrets.` inside of expressions, less GitHub's own token. */
function namesIn(text: string): readonly string[] {
  const expressions = [...text.matchAll(/\$\{\{(.*?)\}\}/gs), ...text.matchAll(/"if":"(.*?)"[,}]/gs)];
  const names = expressions.flatMap(([, inside = '']) => [
    ...inside.matchAll(/\bsecrets\s*(?:\.\s*([\w-]+)|\[\s*'([^']+)'\s*\])/gi),
  ]);
  const upper = names.map(([, dotted, indexed]) => (dotted ?? indexed ?? '').toUpperCase());
  return [...new Set(upper)].filter((each) => each !== 'GITHUB_TOKEN');
}

const scopes =
  'actions artifact-metadata attestations checks contents deployments discussions id-token issues models packages pages pull-requests repository-projects security-events statuses'.split(
    ' ',
  );

/** `scope: access` for each; where nothing is said the repository decides, and the most that it can is told. */
function grantedTo(block: unknown, unsaid: boolean): readonly string[] {
  const access = (scope: string): string => {
    if (unsaid) return scope === 'id-token' ? 'none' : 'write';
    if (block === 'write-all') return 'write';
    if (block === 'read-all') return scope === 'id-token' ? 'none' : 'read';
    return (block as Record<string, string> | null)?.[scope] ?? 'none';
  };
  return scopes.flatMap((scope) => (access(scope) === 'none' ? [] : [`${scope}: ${access(scope)}`]));
}
