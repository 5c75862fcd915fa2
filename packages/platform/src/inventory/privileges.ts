/**
 * Granted versus used (A6). Each system holds its own grants against its own record of use (privileges/<system>.ts); where there is
 * no record the answer says that it cannot tell, and proposes nothing.
 */
import { nodeRef, type PrivilegeRow, type Privileges } from '@firebreak/contract';
import type { AttackGraph } from '../graph/attack-graph.ts';
import { awsPrivileges } from './privileges/aws.ts';
import { kubernetesPrivileges } from './privileges/kubernetes.ts';
import type { PrivilegeSystem } from './privileges/system.ts';
import type { RecordOfUse } from './privileges/use.ts';
import { queryNodes } from './query/query.ts';

const systems: readonly PrivilegeSystem[] = [awsPrivileges, kubernetesPrivileges];

export interface PrivilegesQuestion {
  /** Whose privileges. */
  readonly query: string;
  readonly now: Date;
  /** Records of use beyond what the facts hold. */
  readonly used: readonly RecordOfUse[];
}

const order: Record<PrivilegeRow['verdict'], number> = {
  unused: 0,
  'over-granted': 1,
  'cannot-tell': 2,
  'right-sized': 3,
};

/** The answer of `firebreak privileges`. @throws FirebreakError FB-QUERY-INVALID, FB-QUERY-COSTLY */
export function privilegesOf(graph: AttackGraph, { query, now, used }: PrivilegesQuestion): Privileges {
  const meant = new Set(queryNodes(graph, query, now));
  const identities: PrivilegeRow[] = [];
  for (const system of systems) {
    for (const [id, sized] of system.sizes(graph, used)) {
      const number = graph.indexOf.get(id);
      if (number === undefined || !meant.has(number)) continue;
      const node = graph.nodeAt(number);
      identities.push({
        ...nodeRef(node),
        ...(node.about?.owner === undefined ? {} : { owner: node.about.owner }),
        ...sized,
      });
    }
  }
  identities.sort((a, b) => order[a.verdict] - order[b.verdict] || (a.id < b.id ? -1 : 1));
  const count = (verdict: PrivilegeRow['verdict']) => identities.filter((row) => row.verdict === verdict).length;
  return {
    evidence: systems.flatMap((system) => system.evidence(graph, used)),
    identities,
    counts: {
      identities: identities.length,
      overGranted: count('over-granted'),
      unused: count('unused'),
      cannotTell: count('cannot-tell'),
    },
    completeness: graph.completeness,
  };
}
