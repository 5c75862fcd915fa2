/** What a key may call, against its definition on random lists. */
import { type AnyFact, factSchemas, litellmId } from '@firebreak/contract';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { estateOf } from '../../facts/estate.ts';
import { allowedModels } from './grants.ts';

const server = 'llm.example';
const names = ['gpt', 'gpt-mini', 'local', 'openai/gpt'];
const group = 'production';
const inGroup = new Set(['gpt', 'local']);
const entry = fc.constantFrom(
  ...names,
  group,
  'gpt*',
  '*',
  '*gpt',
  'o*t',
  'none',
  'all-team-models',
  'no-default-models',
);
const list = fc.array(entry, { maxLength: 4 });

function fact(kind: 'litellm.key' | 'litellm.team' | 'litellm.deployment', id: string, data: object): AnyFact {
  const parsed = factSchemas[kind].parse({ server, mcp: {}, budget: {}, blocked: false, ...data });
  return { id, kind, data: parsed, source: { connector: 'litellm', locator: 'test' } } as unknown as AnyFact;
}
const deployments = names.map((model) =>
  fact('litellm.deployment', litellmId('Deployment', server, `${model}/1`), {
    model,
    deployment: '1',
    credential: { kind: 'untold', names: [] },
    accessGroups: inGroup.has(model) ? [group] : [],
  }),
);

/** By a regular expression instead of by hand, and one name after the other. */
function covers(models: readonly string[], name: string): boolean {
  if (models.length === 0 || models.includes('all-team-models')) return true;
  return models.some((pattern) => {
    if (pattern === group && inGroup.has(name)) return true;
    const parts = pattern.split('*').map((part) => part.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&'));
    return new RegExp(`^${parts.join('.*')}$`).test(name);
  });
}

test('a key may call what its own list and its team’s list both cover', () => {
  fc.assert(
    fc.property(list, fc.option(list, { nil: undefined }), (own, ofTeam) => {
      const facts = [
        ...deployments,
        fact('litellm.key', 'litellm:Key/k', { token: 'k', models: own, team: ofTeam === undefined ? undefined : 't' }),
        ...(ofTeam === undefined
          ? []
          : [fact('litellm.team', litellmId('Team', server, 't'), { team: 't', models: ofTeam })]),
      ];
      const estate = estateOf(facts, []);
      const [key] = estate.all('litellm.key');
      if (key === undefined) throw new Error('no key');
      const { models } = allowedModels(estate, key);
      const called = models === 'all' ? names : models.map(({ name }) => name);
      expect([...called].sort()).toEqual(
        names.filter((name) => covers(own, name) && (ofTeam === undefined || covers(ofTeam, name))).sort(),
      );
    }),
  );
});
