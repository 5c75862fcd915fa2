/**
 * Our workflow detectors against the answers of another scanner on its own corpus: per audit, the lines that it names and the
 * lines that we name, with precision and recall. Tests that need the network or a configuration of that scanner are left out and
 * counted. Run alone it prints the table.
 */
import { existsSync, readFileSync } from 'node:fs';
import { type AnyFact, githubId } from '@firebreak/contract';
import { describe, expect, test } from 'vitest';
import { readAction, readWorkflow } from '../../packages/platform/src/connectors/github/workflow/read-workflow.ts';
import { findIn } from '../../packages/platform/src/detection/state/find.ts';
import { stateDetectors } from '../../packages/platform/src/detection/state/index.ts';
import { estateOf } from '../../packages/platform/src/facts/estate.ts';

const corpus = new URL('../../../shared/data/zizmor/', import.meta.url);
const inputs = new URL('crates/zizmor/tests/integration/test-data/', corpus);

interface Expected {
  readonly test: string;
  readonly inputs: readonly string[];
  readonly args: string;
  readonly config: readonly string[];
  readonly online: boolean;
  readonly findings: readonly { readonly audit: string; readonly line: number }[];
}

/**
 * Least precision and recall. Where it is not 1 we disagree, and say why:
 * - cache-poisoning: `enable-cache: ${{ github.ref == 'refs/heads/main' }}` is off in a workflow that only runs on releases; and
 *   `!(github.event_name == 'push' && github.ref_type == 'tag')` is on when the event is a release;
 * - template-injection: `(github.event.pull_request || github.event.issue).number` is a number; a comparison is none of its sides.
 */
const floors: Readonly<Record<string, readonly [precision: number, recall: number]>> = {
  'cache-poisoning': [0.96, 0.96],
  'dangerous-triggers': [1, 1],
  'excessive-permissions': [1, 1],
  'github-env': [1, 1],
  'impostor-commit': [1, 1],
  'secrets-inherit': [1, 1],
  'self-hosted-runner': [1, 1],
  'template-injection': [1, 0.96],
  'unpinned-uses': [1, 1],
};

/**
 * What only GitHub can tell, as the corpus itself tells it: this commit is a fork's. Live, the connector asks (see its suite against
 * GitHub's description); without an answer nothing is found, and a checkout reports that as a gap.
 */
const impostor = 'c7d749a2d57b4b375d1ebcd17cfbfb60c676f18e';
const checkoutAction = { host: 'github.com', path: 'actions/checkout' };
const told = {
  id: githubId('PinnedCommit', checkoutAction, impostor),
  kind: 'github.pinned-commit',
  data: { repository: checkoutAction, sha: impostor, own: false },
  source: { connector: 'github', locator: 'corpus' },
};

const repository = { host: 'github.com', path: 'example/corpus' };

function linesOf(path: string): Map<string, { line: number; thorough: boolean }[]> {
  const text = readFileSync(new URL(path, inputs), 'utf8');
  const isAction = /(^|\/)action\.ya?ml$/.test(path);
  const { value } = isAction ? readAction(text, repository, path) : readWorkflow(text, repository, path);
  const kind = isAction ? 'github.action' : 'github.workflow';
  const facts =
    value === undefined
      ? []
      : [{ id: `github:${path}`, kind, data: value, source: { connector: 'github', locator: path } }];
  const ignored = ignores(text);
  const found = new Map<string, { line: number; thorough: boolean }[]>();
  for (const { detector, where, thorough } of findIn(estateOf([...facts, told] as AnyFact[], []), stateDetectors)
    .findings) {
    const line = where.line ?? 0;
    if (ignored(detector, line)) continue;
    found.set(detector, [...(found.get(detector) ?? []), { line, thorough }]);
  }
  return found;
}

/** `# zizmor: ignore[…]` on a line: the other scanner is told to say nothing there, and so are we for the comparison. */
function ignores(text: string): (audit: string, line: number) => boolean {
  const lines = text.split('\n');
  return (audit, line) => {
    // What is said where a step begins holds for the whole step.
    let step = line - 1;
    while (step > 0 && !/^\s*- /.test(lines[step] ?? '')) step -= 1;
    const told = new RegExp(`# zizmor: ignore\\[[^\\]]*${audit}`);
    return [line - 1, line, step].some((at) => told.test(lines[at] ?? ''));
  };
}

interface Score {
  hits: number;
  missed: string[];
  extra: string[];
}

describe.skipIf(!existsSync(corpus))(
  'workflow findings against the shared corpus (skipped: corpus not present)',
  () => {
    const tests = JSON.parse(readFileSync(new URL('expected.json', corpus), 'utf8')) as Expected[];
    const scored = tests.filter(
      ({ online, config, inputs: files, args }) =>
        !online &&
        config.length === 0 &&
        !args.includes('ignore') &&
        files.length === 1 &&
        /\.ya?ml$/.test(files[0] ?? '') &&
        existsSync(new URL(files[0] ?? '', inputs)),
    );
    const scores = new Map<string, Score>(
      Object.keys(floors).map((audit) => [audit, { hits: 0, missed: [], extra: [] }]),
    );
    for (const { inputs: files, args, findings } of scored) {
      const [file = ''] = files;
      const all = linesOf(file);
      const everything = /pedantic|auditor/.test(args);
      for (const [audit, score] of scores) {
        const wanted = findings.filter((each) => each.audit === audit).map(({ line }) => line);
        const ours = (all.get(audit) ?? []).filter(({ thorough }) => everything || !thorough).map(({ line }) => line);
        for (const line of wanted) {
          const at = ours.indexOf(line);
          if (at < 0) score.missed.push(`${file}:${line} ${args}`);
          else {
            ours.splice(at, 1);
            score.hits += 1;
          }
        }
        score.extra.push(...ours.map((line) => `${file}:${line} ${args}`));
      }
    }

    test.each(Object.entries(floors))('%s', (audit, [precision, recall]) => {
      const { hits, missed, extra } = scores.get(audit) as Score;
      const ratio = (part: number, whole: number) => (whole === 0 ? 1 : part / whole);
      const [p, r] = [ratio(hits, hits + extra.length), ratio(hits, hits + missed.length)];
      console.log(`${audit}: ${hits} agreed, precision ${(100 * p).toFixed(1)} %, recall ${(100 * r).toFixed(1)} %`, {
        missed,
        extra,
      });
      expect(hits).toBeGreaterThan(0);
      expect(p).toBeGreaterThanOrEqual(precision);
      expect(r).toBeGreaterThanOrEqual(recall);
    });

    test('most of the corpus is scored', () => {
      console.log(
        `${scored.length} of ${tests.length} tests scored, ${tests.length - scored.length} need network, configuration or several files`,
      );
      expect(scored.length).toBeGreaterThan(100);
    });
  },
);
