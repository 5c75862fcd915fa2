import type { Estate, Fact } from '@firebreak/contract';
import { perEstate } from '../../facts/estate.ts';
import { type KnownRepository, repositoryKey } from './repositories.ts';

const byRepository = perEstate((estate) => {
  const keys = new Map<string, Fact<'github.deploy-key'>[]>();
  for (const fact of estate.all('github.deploy-key')) {
    const key = repositoryKey(fact.data.repository);
    const known = keys.get(key);
    if (known === undefined) keys.set(key, [fact]);
    else known.push(fact);
  }
  return keys;
});

export function deployKeysOf(estate: Estate, repository: KnownRepository): readonly Fact<'github.deploy-key'>[] {
  return byRepository(estate).get(repositoryKey(repository.name)) ?? [];
}
