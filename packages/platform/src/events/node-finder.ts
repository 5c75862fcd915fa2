/**
 * Ids of events → nodes of a graph. Logs name things in ways that leave something out: a secret without the suffix of its ARN, a
 * role's session without the path, a repository on a host of one's own. Where what is left fits exactly one node, that is meant;
 * where it fits several, none.
 */
import type { NodeId, NormalEvent } from '@firebreak/contract';
import type { AttackGraph } from '../graph/attack-graph.ts';

export type NodeFinder = (id: NodeId, activity: NormalEvent['activity']) => number | undefined;

const changing = new Set<NormalEvent['activity']>(['change', 'delete']);

export function nodeFinder(graph: AttackGraph): NodeFinder {
  const shortened = new Map<string, number | null>();
  for (const [id, index] of graph.indexOf)
    for (const short of shortForms(id)) shortened.set(short, shortened.has(short) ? null : index);
  const exact = (id: NodeId) => graph.indexOf.get(id) ?? shortened.get(id) ?? undefined;
  return (id, activity) => {
    // Holding a store is reading it; whoever changes it acts on the other node.
    const written = changing.has(activity) ? exact(id.replace(/^aws:Bucket\//, 'aws:BucketWrite/')) : undefined;
    return written ?? exact(id);
  };
}

/** The ids by which logs may name a node. */
export function idsInLogs(id: NodeId): readonly NodeId[] {
  return [id, ...shortForms(id)];
}

/** What logs make of an id, besides the id itself. */
function* shortForms(id: NodeId): Generator<string> {
  const secret = /^(aws:Secret\/.*:secret:.+)-[A-Za-z0-9]{6}$/.exec(id);
  if (secret?.[1] !== undefined) yield secret[1];
  const role = /^(aws:(?:Role|User)\/arn:[\w-]+:iam::\d{12}:(?:role|user)\/)(?:.+\/)([^/]+)$/.exec(id);
  if (role !== null) yield `${role[1]}${role[2]}`;
  // A proxy's own log does not say which proxy it is.
  const proxied = /^litellm:(Key|User|Model|McpServer|Tool)\/[^/]+\/(.+)$/.exec(id);
  if (proxied !== null) yield `litellm:${proxied[1]}/${proxied[2]}`;
  const registered = /^mlflow:(RegisteredModel|ModelVersion|Alias)\/[^/]+\/(.+)$/.exec(id);
  if (registered !== null) yield `mlflow:${registered[1]}/${registered[2]}`;
  const hosted = /^(git:Repository(?:Content)?|github:User)\/(?!github\.com\/)[^/]+\/(.+)$/.exec(id);
  if (hosted !== null) yield `${hosted[1]}/github.com/${hosted[2]}`;
}
