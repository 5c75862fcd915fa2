import { load } from 'js-yaml';
import { expect, test } from 'vitest';
import { actions } from './actions/index.ts';
import { permissionsYaml } from './permissions.ts';

interface Role {
  readonly rules: readonly { apiGroups: string[]; resources: string[]; verbs: string[] }[];
}
const role = (wanted: readonly string[]) => load(permissionsYaml(wanted, actions)) as Role;

test('the role for reading only reads, and reads which operators there are', () => {
  const { rules } = role([]);
  for (const { verbs } of rules) expect(verbs).toEqual(['get', 'list', 'watch']);
  const groups = rules.filter(({ resources }) => resources.includes('customresourcedefinitions'));
  expect(groups.map(({ apiGroups }) => apiGroups)).toEqual([['apiextensions.k8s.io']]);
});

test('an action adds what it needs, and nothing that another needs', () => {
  const verbsOn = (resource: string) =>
    role(['kubernetes.cordon-node']).rules.find(({ resources }) => resources.includes(resource))?.verbs;
  expect(verbsOn('nodes')).toContain('patch');
  expect(verbsOn('deployments')).not.toContain('patch');
});
