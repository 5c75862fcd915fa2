import type { GraphNode, NodeRule } from '@firebreak/contract';
import { codeSourceOf, repositoryOf } from '../../agent/sources.ts';

/** Packages and repositories from which servers are fetched when they start, and repositories that hold agents’ files. */
export default {
  kinds: ['Package', 'Repository'],
  needs: ['agent.mcp-server', 'agent.agent', 'agent.prompt'],
  *derive(estate): Generator<GraphNode> {
    for (const server of estate.all('agent.mcp-server')) {
      const source = codeSourceOf(server);
      if (source !== undefined) yield nodeOf(source.id, server.id);
      const repository = repositoryOf(server.data.repository);
      if (repository !== undefined) yield nodeOf(repository, server.id);
    }
    for (const { id, data } of [...estate.all('agent.agent'), ...estate.all('agent.prompt')]) {
      const repository = repositoryOf(data.repository);
      if (repository !== undefined) yield nodeOf(repository, id);
    }
  },
} satisfies NodeRule;

function nodeOf(id: string, fact: string): GraphNode {
  const name = id.slice(id.indexOf('/') + 1);
  if (id.startsWith('git:')) return { id, kind: 'Repository', class: 'repository', name, facts: [fact] };
  if (id.startsWith('oci:')) return { id, kind: 'Repository', class: 'artifact', name, facts: [fact] };
  return { id, kind: 'Package', class: 'update-channel', name, facts: [fact] };
}
