/** The levers that come along are of the form that is asked for, and name edges that there are. */
import { expect, test } from 'vitest';
import { collectEstate } from '../../facts/collect.ts';
import { edgeRules } from '../../graph/edges/index.ts';
import declared from './index.ts';

const folder = new URL('../../../../../content/levers', import.meta.url).pathname;

test('every lever of content/levers can be read', async () => {
  const { estate, gaps } = await collectEstate(declared, declared.parse(folder), new AbortController().signal);
  const labels = new Set(edgeRules.map(({ label }) => label));
  const levers = estate.all('declared.lever').map(({ data }) => data);
  expect(levers.map(({ lever }) => lever).sort()).toEqual(['disable-client-in-git', 'drain-route']);
  for (const { severs } of levers) for (const { edge } of severs) expect(labels).toContain(edge);
  // The one whose effect nobody else sees is asked for it; its server is not there.
  expect(gaps.map(({ code }) => code)).toEqual(['FB-LEVER-BY-DECLARATION']);
});
