/** SigmaHQ's own rules for what we watch: all are compiled. Labelled events of others go through the mappings. */
import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { SigmaEngine } from '../../packages/platform/src/detection/sigma/engine/sigma-engine.ts';
import { labelledEvents, shared, sharedEngine, sharedRules } from './shared-corpus.ts';

const present = existsSync(shared);

test.skipIf(!present)(
  'all of the shared rules are compiled, and none is refused (else: corpus not present)',
  async () => {
    const files = await sharedRules();
    const report = new SigmaEngine({ sources: [] }).load(files);
    console.log(`${report.rules} of ${files.length} shared rules compiled`);
    expect(report).toMatchObject({ rules: 88, problems: [] });
  },
);

test.skipIf(!present)('audit events of others are recognised as what they are (else: corpus not present)', async () => {
  const { engine } = await sharedEngine();
  const events = await labelledEvents();
  const seen: Record<string, Record<string, number>> = {};
  for (const { log, event } of events) {
    const counts = seen[log] ?? {};
    const source = engine.judge(event).source ?? 'none';
    seen[log] = { ...counts, [source]: (counts[source] ?? 0) + 1 };
  }
  console.log(seen);
  expect(seen.stratus).toEqual({ 'aws-cloudtrail': events.filter(({ log }) => log === 'stratus').length });
  for (const [log, source] of [
    ['AWS.CloudTrail', 'aws-cloudtrail'],
    ['Amazon.EKS.Audit', 'kubernetes-audit'],
    ['GitHub.Audit', 'github-audit'],
  ] as const) {
    const counts = seen[log] ?? {};
    const wrong = Object.keys(counts).filter((name) => name !== 'none' && !name.startsWith(source));
    expect(wrong, log).toEqual([]);
  }
});

test.skipIf(!present)(
  'every finding names a rule whose log source is that of the event (else: corpus not present)',
  async () => {
    const { engine } = await sharedEngine();
    for (const { event } of await labelledEvents()) {
      const { source, rules } = engine.judge(event);
      for (const rule of rules) expect(source).toContain(rule.logsource.product ?? '');
    }
  },
);
