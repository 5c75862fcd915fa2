/**
 * One company from the prompt to the cloud account: the files of content/demo-estate in, the answers of the inventory out, as
 * documents that a reviewer holds against the files. What is left out: whatever follows the hour of the day (the twin's own
 * times), and everything beyond the first rows.
 */
import { beforeAll, expect, test } from 'vitest';
import type { AttackGraph } from '../../packages/platform/src/graph/attack-graph.ts';
import { jewelsOf } from '../../packages/platform/src/graph/jewels.ts';
import { channelsOf } from '../../packages/platform/src/inventory/channels.ts';
import { exposureOf } from '../../packages/platform/src/inventory/exposure.ts';
import { identitiesOf } from '../../packages/platform/src/inventory/identities.ts';
import { lineageOf } from '../../packages/platform/src/inventory/lineage.ts';
import { privilegesOf } from '../../packages/platform/src/inventory/privileges.ts';
import { queryNodes } from '../../packages/platform/src/inventory/query/query.ts';
import { requestPath } from '../../packages/platform/src/inventory/request-path.ts';
import { thirdPartiesOf } from '../../packages/platform/src/inventory/third-parties.ts';
import { auroraGraph, short } from './aurora.case.ts';

const now = new Date('2026-11-21T00:00:00Z');
let graph: AttackGraph;
beforeAll(async () => {
  graph = await auroraGraph();
});

const names = (nodes: readonly { readonly id: string }[], most = 8) => {
  const all = nodes.map(({ id }) => short(id));
  return all.length > most
    ? `${all.slice(0, most).join(', ')} and ${all.length - most} more`
    : all.join(', ') || 'nothing';
};
const document = (...lines: readonly string[]) =>
  `${lines
    .map((line) => (line.startsWith('#') ? `\n${line}\n` : line))
    .join('\n')
    .trim()}\n`;

test('what there is, by system and class', async () => {
  const counts = new Map<string, Map<string, number>>();
  for (const [number, { id, class: kind }] of graph.nodes.entries()) {
    if (graph.isHub(number)) continue;
    const system = id.slice(0, id.indexOf(':'));
    const own = counts.get(system) ?? new Map<string, number>();
    counts.set(system, own.set(kind, (own.get(kind) ?? 0) + 1));
  }
  const rows = [...counts]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([system, own]) => {
      const told = [...own].sort(([a], [b]) => (a < b ? -1 : 1)).map(([kind, count]) => `${kind} ${count}`);
      return `- **${system}**: ${told.join(', ')}`;
    });
  expect(graph.completeness).toEqual({ answer: 'complete' });
  await expect(document('# What there is', ...rows)).toMatchFileSnapshot('inventory.snap.md');
});

test('who reaches what matters', async () => {
  const {
    identities,
    protected: assets,
    counts,
  } = exposureOf(graph, {
    identities: queryNodes(graph, 'class = identity and not system = kubernetes', now),
    protect: jewelsOf(graph),
    why: 0,
  });
  const [worst, ...rest] = [...new Set(identities.map(({ score }) => score))];
  await expect(
    document(
      '# Who outside the cluster reaches what matters',
      `${counts.exposing} of ${counts.identities} identities reach some of ${counts.protected} crown jewels, ${counts.exposed} of which are reached.`,
      `${identities.filter(({ score }) => score === worst).length} reach the most (score ${worst}); then come scores ${rest.slice(0, 3).join(', ')}.`,
      '## Identities below the most',
      ...identities
        .filter(({ score }) => score < (worst ?? 0) / 2)
        .map(({ id, score, reaches, owner }) => {
          const reached = reaches.flatMap((place) => assets[place] ?? []);
          return `- ${score}: ${short(id)}${owner === undefined ? '' : ` (${owner})`} reaches ${names(reached, 5)}`;
        }),
      '## Assets, worst first',
      ...assets
        .slice(0, 12)
        .map(
          ({ id, impact, reachedBy, jewel }) =>
            `- ${short(id)}: impact ${impact.value} (${impact.from}), reached by ${reachedBy}; ${jewel}`,
        ),
    ),
  ).toMatchFileSnapshot('exposure.snap.md');
});

test('the way of a chat request', async () => {
  const path = requestPath(graph, graph.resolve('kubernetes:Endpoint/llm-gateway/litellm/service/4000-TCP'));
  await expect(
    document(
      '# The way of a chat request',
      ...new Set(
        path.stations.map(({ id, station, hops, runsAs, influences, owner }) => {
          const of = (how: string) => influences.filter((each) => each.how === how).length;
          const by = `${of('direct')} have power over it, ${of('attack')} can get it by an attack`;
          const runs = runsAs.length === 0 ? '' : `, runs as ${names(runsAs)}`;
          return `- ${hops} ${station}: ${short(id)}${owner === undefined ? '' : ` (${owner})`}${runs}; ${by}`;
        }),
      ),
      '## Hops',
      ...new Set(
        path.hops.map(({ from, to, type, by }) => {
          const through = by.length === 0 ? '' : ` by ${names(by)}`;
          return `- ${type}: ${short(from.id)} → ${short(to.id)}${through}`;
        }),
      ),
    ),
  ).toMatchFileSnapshot('request-path.snap.md');
});

test('channels with mixed authority', async () => {
  const { channels, counts } = channelsOf(graph);
  const mixed = (wanted: string) =>
    channels.flatMap(({ id, sources, delivers, findings }) => {
      const actors = findings.filter(({ finding }) => finding === wanted).map(({ actor }) => actor);
      return actors.length === 0
        ? []
        : [`- ${short(id)}, from ${names(sources, 3)} to ${names(delivers, 2)}: ${names(actors, 5)}`];
    });
  await expect(
    document(
      '# Update channels',
      `${counts.channels} channels, ${counts.publishers} who publish or promote, ${counts.mixed} with mixed authority.`,
      '## What runs with an identity that publishes it',
      ...mixed('publishes-what-it-runs'),
      '## Who publishes and operates',
      ...mixed('publishes-and-operates').slice(0, 12),
    ),
  ).toMatchFileSnapshot('channels.snap.md');
});

test('third parties', async () => {
  const { vendors } = thirdPartiesOf(graph);
  await expect(
    document(
      '# Third parties',
      ...vendors.flatMap(({ vendor, services, reaches, reachedFrom, constrain, missing }) => [
        `## ${vendor}`,
        ...services.map(({ id, owner, hosting, sla, permittedUse, duties }) => {
          const owed = Object.entries(duties).map(([topic, duty]) => `${topic} ${duty}`);
          return `- ${short(id)}: owner ${owner ?? 'nobody'}, ${hosting ?? 'hosting unknown'}, SLA ${sla ?? 'none'}, for ${permittedUse.join(', ') || 'no stated use'}; owes ${owed.join(', ') || 'nothing'}`;
        }),
        ...reaches.slice(0, 6).map(({ id, access }) => `- may get to ${access} ${short(id)}`),
        ...(reaches.length > 6 ? [`- and to ${reaches.length - 6} more`] : []),
        `- ${reachedFrom} of ours lead into it`,
        ...constrain.map(({ type, to }) => `- constrain: ${type} to ${short(to.id)}`),
        `- the inventory does not say: ${missing.join(', ') || 'nothing is missing'}`,
      ]),
    ),
  ).toMatchFileSnapshot('third-parties.snap.md');
});

test('the lineage of a model', async () => {
  const { upstream, downstream, running, endpoints, links } = lineageOf(
    graph,
    graph.resolve('kubernetes:Model/ml-serving/fraud-scorer'),
  );
  await expect(
    document(
      '# The lineage of fraud-scorer',
      '## Made from',
      ...upstream.map(
        ({ id, distance, owner }) => `- ${distance} ${short(id)}${owner === undefined ? '' : ` (${owner})`}`,
      ),
      '## Made from it',
      ...downstream.map(({ id, distance }) => `- ${distance} ${short(id)}`),
      '## Runs in',
      ...running.map(({ id, hosts }) => `- ${short(id)} on ${names(hosts, 3)}`),
      '## Answers at',
      ...endpoints.map(({ id }) => `- ${short(id)}`),
      '## Links',
      ...links.map(
        ({ from, to, type, likelihood }) =>
          `- ${type}: ${short(from.id)} → ${short(to.id)}${likelihood < 1 ? ` (${Math.round(likelihood * 100)} %)` : ''}`,
      ),
    ),
  ).toMatchFileSnapshot('lineage.snap.md');
});

test('stale and standing identities', async () => {
  const { identities } = identitiesOf(graph, {
    now,
    query: 'class in (identity, credential) and not system = kubernetes',
  });
  const worth = new Set(['stale', 'unused', 'expired', 'outlives-workload', 'shared', 'several-functions']);
  await expect(
    document(
      '# Identities outside the cluster with something to say about them',
      ...identities.flatMap(({ id, owner, days, findings, reaches }) => {
        const told = findings.filter(({ finding }) => worth.has(finding));
        const age = days.age === undefined ? 'age unknown' : `${days.age} days old`;
        const idle = days.idle === undefined ? '' : `, unused for ${days.idle}`;
        return told.length === 0
          ? []
          : [
              `- ${short(id)} (${owner ?? 'no owner'}; ${age}${idle}; reaches ${reaches})`,
              ...told.map(({ finding, why }) => `  - ${finding}: ${short(why)}`),
            ];
      }),
    ),
  ).toMatchFileSnapshot('identities.snap.md');
});

test('privileges granted and used', async () => {
  const { identities, counts, evidence } = privilegesOf(graph, { query: 'system = aws', now, used: [] });
  await expect(
    document(
      '# Privileges in AWS, granted and used',
      ...evidence.map(({ source, events }) => `- evidence: ${source}, ${events} events`),
      `${counts.identities} identities: ${counts.overGranted} over-granted, ${counts.unused} unused, ${counts.cannotTell} cannot be told.`,
      ...identities
        .filter(({ verdict }) => verdict === 'unused' || verdict === 'over-granted')
        .flatMap(({ id, verdict, why, granted }) => [
          `- **${verdict}** ${short(id)}: ${short(why)}`,
          ...granted
            .filter(({ used }) => used !== 'used')
            .slice(0, 4)
            .map(({ what, used }) => `  - ${used}: ${short(what)}`),
        ]),
    ),
  ).toMatchFileSnapshot('privileges.snap.md');
});
