import type { DerivedEdge, EdgeRule, Estate } from '@firebreak/contract';
import { perEstate } from '../../../facts/estate.ts';
import { holdersOf } from '../../aws/holders.ts';
import { type KeyFact, mayUse } from '../../aws/keys.ts';
import { denyAction } from '../../aws/levers.ts';
import { identityNeeds } from '../../aws/needs.ts';
import { bucketsToRead, parameterThings, secretThings } from '../../aws/things.ts';

/** By itself, or through a service that uses the key for the caller. Keys that AWS holds for its services are no holding. */
export default {
  label: 'KMS_DECRYPT',
  from: ['User', 'Role', 'Group'],
  to: ['KmsKey'],
  needs: [...identityNeeds, 'aws.kms-key'],
  techniques: ['T1552', 'T1530'],
  traverse: 'seconds',
  explain: {
    what: 'Decrypts with the key.',
    why: 'The key’s policy, a grant on it or its own policies under the key’s let it.',
    cut: 'Take it out of the key’s policy, retire the grant, or disable the key.',
  },
  severedBy: ['aws.deny-permission', 'aws.quarantine-identity'],
  derive,
  levers: (edge, estate) => denyAction(edge, estate, { kind: 'aws.kms-key', action: 'kms:Decrypt' }),
} satisfies EdgeRule;

function* derive(estate: Estate): Generator<DerivedEdge> {
  const keys = estate.all('aws.kms-key').filter(({ data }) => data.KeyManager !== 'AWS');
  if (keys.length === 0) return;
  const services = servicesOf(estate);
  for (const holder of holdersOf(estate).values()) {
    if (holder.serviceLinked) continue;
    for (const key of keys) {
      const found = using(estate, holder, key, services.get(key.id) ?? []);
      if (found === undefined) continue;
      const { likelihood, note, facts } = found;
      yield {
        from: holder.id,
        to: key.id,
        facts,
        ...(likelihood === 1 ? {} : { likelihood }),
        ...(note === undefined ? {} : { note }),
      };
    }
  }
}

function using(estate: Estate, holder: Parameters<typeof mayUse>[1], key: KeyFact, services: readonly string[]) {
  const direct = mayUse(estate, holder, key, 'kms:Decrypt');
  if (direct?.likelihood === 1) return direct;
  for (const service of services) {
    const through = mayUse(estate, holder, key, 'kms:Decrypt', service);
    if (through !== undefined && through.likelihood > (direct?.likelihood ?? 0))
      return { ...through, note: [`through ${service}`, through.note].filter((each) => each !== undefined).join('; ') };
  }
  return direct;
}

/** Services through which something that we know of is encrypted with a key. */
const servicesOf = perEstate((estate): ReadonlyMap<string, readonly string[]> => {
  const services = new Map<string, Set<string>>();
  for (const { key } of [...secretThings(estate), ...parameterThings(estate), ...bucketsToRead(estate)])
    if (key?.key !== undefined) services.set(key.key.id, (services.get(key.key.id) ?? new Set()).add(key.via));
  return new Map([...services].map(([id, set]) => [id, [...set].sort()]));
});
