/**
 * The most common edge: a permission set that holds one right, and what that right reaches.
 */
import type { DerivedEdge, DeriveOptions, Estate } from '@firebreak/contract';
import type { PopulationOf } from './populations.ts';
import { type Power, powers, type Right } from './powers.ts';
import { grantFacts } from './rbac.ts';
import { deniedTo, through, waysPast } from './restraints.ts';

/** One edge per permission set and group, or per name that the right is limited to. */
export function* rightEdges(
  estate: Estate,
  options: DeriveOptions,
  right: Right,
  population: PopulationOf,
  likelihood?: (power: Power) => number | undefined,
): Generator<DerivedEdge> {
  const members = population(estate);
  for (const power of powers(estate, options, right)) {
    const odds = likelihood?.(power);
    for (const to of members.within(power)) {
      const edge = {
        from: power.grant.id,
        to,
        facts: grantFacts(power.grant),
        note: `${power.verb} ${right.resource}`,
        ...(odds === undefined ? {} : { likelihood: odds }),
      };
      const denied = deniedTo(estate, power.grant, right);
      if (denied === undefined) yield edge;
      else for (const way of waysPast(denied, power.grant)) yield through(edge, way);
    }
  }
}
