/** What every rule of every system must keep. What a rule derives is tested beside it, by system. */
import type { Estate, FactKind } from '@firebreak/contract';
import { expect, test } from 'vitest';
import { connectors } from '../../connectors/index.ts';
import { openManifests } from '../../connectors/kubernetes/files.ts';
import kubernetes from '../../connectors/kubernetes/index.ts';
import { collectSession } from '../../facts/collect.ts';
import { nodeRules } from '../nodes/index.ts';
import { edgeRuleFiles, edgeRules, labelOf } from './index.ts';

const actions = new Set(connectors.flatMap((connector) => connector.actions.map(({ id }) => id)));

test('a file’s name is its rule’s label, and no two rules share one', () => {
  expect(edgeRules.map((rule) => rule.label)).toEqual(edgeRuleFiles.map(labelOf));
  expect(new Set(edgeRuleFiles.map(labelOf)).size).toBe(edgeRules.length);
  expect(edgeRules.length).toBeGreaterThan(55);
});

test('a rule names actions that exist, facts and techniques, and explains itself in whole sentences', () => {
  for (const rule of edgeRules) {
    for (const id of rule.severedBy) expect(actions.has(id), `${rule.label} ${id}`).toBe(true);
    expect(rule.needs.length, rule.label).toBeGreaterThan(0);
    expect(rule.techniques.length, rule.label).toBeGreaterThan(0);
    for (const technique of rule.techniques) expect(technique).toMatch(/^(T\d{4}(\.\d{3})?|AML\.T\d{4}(\.\d{3})?)$/);
    for (const sentence of Object.values(rule.explain)) expect(sentence, rule.label).toMatch(/^[A-Z].+\.$/);
  }
});

const demo = new URL('../../../../../content/demo-estate/kubernetes', import.meta.url).pathname;

/** The same estate under another identity, so that nothing is memoised on it, and the kinds that were asked for. */
function watched(estate: Estate): { estate: Estate; asked: Set<FactKind> } {
  const asked = new Set<FactKind>();
  return {
    asked,
    estate: {
      ...estate,
      all: (kind) => {
        asked.add(kind);
        return estate.all(kind);
      },
      get: (kind, id) => {
        asked.add(kind);
        return estate.get(kind, id);
      },
    },
  };
}

test('no kind of fact is read that no rule names: else an answer would be called complete with a gap in it', async () => {
  const session = openManifests({ path: demo, maxDocumentBytes: 1 << 20 });
  const { estate } = await collectSession(kubernetes, session, new AbortController().signal);
  const { asked, estate: seen } = watched(estate);
  for (const rule of [...edgeRules, ...nodeRules]) for (const _ of rule.derive(seen, {}));
  const named = new Set([...edgeRules, ...nodeRules].flatMap(({ needs }) => needs));
  expect(asked.size).toBeGreaterThan(15);
  expect([...asked].filter((kind) => !named.has(kind))).toEqual([]);
});
