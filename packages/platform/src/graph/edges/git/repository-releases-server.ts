import type { DerivedEdge, EdgeRule, Estate } from '@firebreak/contract';
import { repositoryOf } from '../../agent/sources.ts';
import { packageId } from '../../names/package-name.ts';

export default {
  label: 'REPOSITORY_RELEASES_SERVER',
  from: ['Repository'],
  to: ['Package', 'Repository'],
  needs: ['agent.mcp-server'],
  techniques: ['T1195.002'],
  traverse: 'days',
  explain: {
    what: 'Writes what the next release of the package is made of.',
    why: 'The server’s manifest names this repository as its source.',
    cut: 'Protect the branch and the release.',
  },
  severedBy: [],
  derive,
  levers: () => [],
} satisfies EdgeRule;

function* derive(estate: Estate): Generator<DerivedEdge> {
  for (const { id, data } of estate.all('agent.mcp-server')) {
    const from = repositoryOf(data.repository);
    const released = data.launch?.package;
    const to = released === undefined ? undefined : packageId(released.registry, released.name);
    if (from === undefined || to === undefined) continue;
    yield { from, to, facts: [id], likelihood: 0.7, note: 'with the next release' };
  }
}
