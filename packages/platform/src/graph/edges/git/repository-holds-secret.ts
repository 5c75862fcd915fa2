import type { DerivedEdge, EdgeRule, Estate } from '@firebreak/contract';
import { repositoryOf } from '../../agent/sources.ts';
import { storeKeys } from '../../store/keys.ts';

export default {
  label: 'REPOSITORY_HOLDS_SECRET',
  from: ['RepositoryContent'],
  to: ['Credential'],
  needs: ['agent.credential', 'agent.agent', 'agent.mcp-server', 'store.store'],
  techniques: ['T1552.001'],
  traverse: 'instant',
  explain: {
    what: 'Reads the credential out of the repository.',
    why: 'It is written into a file of the checkout.',
    cut: 'Replace the credential, and take it out of the file and of the history.',
  },
  severedBy: [],
  derive,
  levers: () => [],
} satisfies EdgeRule;

function* derive(estate: Estate): Generator<DerivedEdge> {
  for (const { id: to, data } of estate.all('agent.credential')) {
    if (data.inFile) yield* edge(data.repository, to, to);
  }
  for (const { id: to, store } of storeKeys(estate)) yield* edge(store.data.repository, to, store.id);
}

function* edge(repository: string | undefined, to: string, fact: string): Generator<DerivedEdge> {
  const node = repositoryOf(repository);
  if (node === undefined) return;
  const from = node.replace('Repository/', 'RepositoryContent/');
  yield { from, to, facts: [fact], likelihood: 0.5, note: 'if the file is committed' };
}
