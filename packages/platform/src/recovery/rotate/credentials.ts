/**
 * Every secret and key that must be rotated: what the graph says the attacker could take, and what stood in texts. Neither alone is
 * complete: the graph knows nothing of a token that somebody pasted into a prompt, and a prompt nothing of what a pod could read.
 *
 * What must stay true: what was within reach counts as taken. That no event shows it says that nobody looked, or that it was read
 * without a log.
 */
import { type CredentialRow, type NodeId, nodeRef, type RotationItem } from '@firebreak/contract';
import type { AttackGraph } from '../../graph/attack-graph.ts';
import { hasBit } from '../../graph/bitset.ts';
import { reach } from '../../graph/reach.ts';
import type { Mark } from '../store.ts';

type Credential = Omit<CredentialRow, 'state' | 'probes'>;

export interface CredentialsWish {
  /** As it was when the incident began, where that is recorded: containment hides what was within reach. */
  readonly graph: AttackGraph;
  readonly compromised: readonly NodeId[];
  /** Secrets that stood in texts. */
  readonly found: readonly RotationItem[];
  /** The first suspicious event, ISO 8601: a secret that was last seen before it and is rotated since is not in question. */
  readonly since: string | null;
}

/** By item id, the compromised themselves first, then by id. */
export function credentialsOf({ graph, compromised, found, since }: CredentialsWish): readonly Credential[] {
  const starts = compromised.flatMap((id) => graph.indexOf.get(id) ?? []);
  const { reached, hops } = reach(graph.hypergraph, starts);
  const rows = new Map<string, Credential>();
  for (const [index, node] of graph.nodes.entries()) {
    const far = hops[index] ?? 0;
    if (!hasBit(reached, index) || graph.isHub(index) || !(isSecret(node) || (far === 0 && signsIn(node)))) continue;
    rows.set(node.id, {
      item: rotateItem(node.id),
      title: `${node.kind} ${node.name}`,
      node: nodeRef(node),
      secret: null,
      why:
        far === 0
          ? 'It is compromised.'
          : `It was within reach of the attacker, ${far} ${far === 1 ? 'step' : 'steps'} away.`,
    });
  }
  for (const { id, title, opens, state, last, count } of found) {
    if (state === 'dismissed' || (state === 'rotated' && (since === null || last < since))) continue;
    const [known] = opens.filter((node) => rows.has(node));
    const why = `It stood in ${count} ${count === 1 ? 'text' : 'texts'}, last at ${last}.`;
    const same = known === undefined ? undefined : rows.get(known);
    if (same !== undefined && known !== undefined) {
      rows.set(known, { ...same, secret: id, why: `${same.why} ${why}` });
      continue;
    }
    const [opened] = opens.flatMap((node) => graph.indexOf.get(node) ?? []);
    rows.set(id, {
      item: rotateItem(id),
      title,
      node: opened === undefined ? null : nodeRef(graph.nodeAt(opened)),
      secret: id,
      why: `${why}${opened === undefined ? '' : ` It opens ${graph.nodeAt(opened).name}.`}`,
    });
  }
  return [...rows.values()].sort((a, b) => (a.item < b.item ? -1 : 1));
}

const rotateItem = (id: string) => `rotate/${id}`;

/** An access key, a stored secret, a token: something that works for whoever has a copy. Short-lived ones end by themselves. */
function isSecret({ class: kind, tenure }: AttackGraph['nodes'][number]): boolean {
  return kind === 'credential' && tenure?.lifetime !== 'short-lived';
}

/** Who is compromised is so by what they sign in with. */
function signsIn({ class: kind, tenure }: AttackGraph['nodes'][number]): boolean {
  return kind === 'identity' && tenure?.lifetime === 'static';
}

const rotationSteps = ['open', 'rotated', 'old-one-dead', 'done', 'not-applicable'] as const;

/** How far a credential has come, from what was last said of it. */
export function rotationState(mark: Mark | undefined): CredentialRow['state'] {
  if (mark === undefined) return 'open';
  if (mark.state === 'not-applicable') return 'not-applicable';
  if (mark.state === 'done') return 'done';
  const step = (mark.data as { readonly step?: unknown } | null)?.step;
  return rotationSteps.find((known) => known === step) ?? 'open';
}
