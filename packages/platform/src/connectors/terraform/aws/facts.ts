/** Resources of Terraform → facts of AWS, in AWS's own shapes: the same that the account itself would tell. */
import { awsAccountId, type Collected, type FactKind, type Gap } from '@firebreak/contract';
import { gap } from '../../../intake/gap.ts';
import { makeGapTally } from '../../../intake/gap-tally.ts';
import { Unknown } from '../hcl/value.ts';
import type { Place, TerraformResource } from '../resource.ts';
import { clusterAdditions, clusterPolicies, clusters } from './cluster.ts';
import { workloadAdditions, workloads } from './compute.ts';
import { containers } from './containers.ts';
import { Drafts, type Mappings } from './drafts.ts';
import { accountsOf, identities, identityAdditions } from './identity.ts';
import { intelligence, intelligenceAdditions } from './intelligence.ts';
import { machineAdditions, machines } from './machines.ts';
import { storeAdditions, stores } from './storage.ts';
import { View } from './view.ts';

/** What begins facts, what completes them, and what completes those completions. */
const rounds: readonly Mappings[] = [
  { ...identities, ...stores, ...workloads, ...machines, ...containers, ...clusters, ...intelligence },
  {
    ...identityAdditions,
    ...storeAdditions,
    ...workloadAdditions,
    ...machineAdditions,
    ...clusterAdditions,
    ...intelligenceAdditions,
  },
  clusterPolicies,
];

/** All types of resources that become facts. */
export const readTypes: readonly string[] = rounds.flatMap((mappings) => Object.keys(mappings)).sort();

/** Kinds of facts that Terraform may tell of. */
const tellableKinds: readonly FactKind[] = [
  ...new Set(rounds.flatMap((mappings) => Object.values(mappings).flatMap(({ kinds }) => kinds))),
].sort();

export function* awsFacts(resources: readonly TerraformResource[], place: Place): Generator<Collected> {
  const drafts = new Drafts();
  const gaps: Gap[] = [];
  const tally = makeGapTally(20);
  for (const mappings of rounds)
    for (const resource of resources) {
      const found = Object.hasOwn(mappings, resource.type) ? mappings[resource.type] : undefined;
      if (found === undefined) continue;
      const missing = new Map<string, string>();
      found.read(new View(resource, (attribute, why) => void missing.set(attribute, why)), drafts);
      for (const [attribute, why] of missing) {
        const reason = `${resource.address}: ${attribute}: ${why} is not known.`;
        gaps.push(...tally.add(gap('FB-TERRAFORM-UNRESOLVED', found.kinds, resource.locator, reason)));
      }
    }
  for (const account of accountsOf(drafts))
    drafts.put('aws.account', account, { AccountId: account, Partition: place.partition }, awsAccountId(account));
  yield* drafts.facts();
  for (const each of [...gaps, ...tally.rest()]) yield { gap: each };
  const wanted = resources.filter(({ type }) => readTypes.includes(type));
  const lost = wanted.filter(({ values, place: of }) => of.account === undefined && values.arn instanceof Unknown);
  if (lost.length > 0) {
    const reason = `The source does not tell which account it is applied in: ${lost.length} resources have no ARN, and are left out.`;
    yield { gap: gap('FB-TERRAFORM-UNRESOLVED', tellableKinds, 'the whole source', reason) };
  }
}
