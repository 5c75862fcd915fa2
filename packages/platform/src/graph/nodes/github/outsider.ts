import { type GraphNode, type NodeRule, outsiderId } from '@firebreak/contract';
import { repositoriesOf } from '../../github/repositories.ts';

/** Anybody who has an account on the host: opens issues, comments, forks and pull requests wherever it is public. */
export default {
  kinds: ['Outsider'],
  needs: ['github.repository', 'github.workflow', 'github.pinned-commit'],
  *derive(estate): Generator<GraphNode> {
    const hosts = new Map<string, string[]>();
    for (const { name, facts, isPublic } of repositoriesOf(estate).values())
      if (isPublic !== false) hosts.set(name.host, [...(hosts.get(name.host) ?? []), ...facts.slice(0, 1)]);
    // Their commits run in private repositories as well.
    for (const { id, data } of estate.all('github.pinned-commit'))
      if (!data.own) hosts.set(data.repository.host, [...(hosts.get(data.repository.host) ?? []), id]);
    for (const [host, facts] of hosts)
      yield {
        id: outsiderId(host),
        kind: 'Outsider',
        class: 'identity',
        name: `anybody with an account on ${host}`,
        facts: facts.slice(0, 20),
      };
  },
} satisfies NodeRule;
