/** Whether it is all one to a holder's policies on which resource an action is done: then one decision stands for all. */
import type { Estate } from '@firebreak/contract';
import { perEstate } from '../../facts/estate.ts';
import type { Holder, Source } from './holders.ts';
import { membershipOf } from './organization.ts';

/** Keys whose value is the resource's. */
const ofResource = /^(aws|iam):resourcetag\/|^aws:resource(account|orgid|orgpaths)$|^iam:permissionsboundary$/i;

export function isUniform(estate: Estate, holder: Holder, action: string): boolean {
  const memory = remembered(estate);
  const key = `${action} ${holder.id}`;
  let known = memory.get(key);
  if (known === undefined) {
    const levels = membershipOf(estate)(holder.account).service.flatMap(({ sources }) => sources);
    const boundary = holder.boundary?.source === undefined ? [] : [holder.boundary.source];
    known = [...holder.policies, ...boundary, ...levels].every((source) => sameForAll(source, action));
    memory.set(key, known);
  }
  return known;
}
const remembered = perEstate(() => new Map<string, boolean>());

function sameForAll({ policy }: Source, action: string): boolean {
  return policy
    .about(action)
    .every(
      ({ resources, conditions }) =>
        (resources === undefined || (!resources.not && resources.patterns.some(({ source }) => source === '*'))) &&
        conditions.every(({ key }) => !ofResource.test(key)),
    );
}
