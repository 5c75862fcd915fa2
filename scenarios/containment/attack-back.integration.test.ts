/**
 * Somebody works against us: a delivery that knows only its source, or the attacker. What was cut is put back, at the worst
 * moments, by somebody who uses the API like anybody else.
 */
import { executionSchema } from '@firebreak/contract';
import { afterAll, describe, expect, test } from 'vitest';
import { everything, forever, realDifferences } from './testing/cluster.ts';
import { firebreak, parsed } from './testing/firebreak.ts';
import { type Asked, pass } from './testing/proxy.ts';
import type { Stage } from './testing/stage.ts';
import { openTheatre } from './testing/theatre.ts';

const theatre = await openTheatre();
const { cluster, newStage } = theatre;
afterAll(() => theatre.close());

/** Writes the binding's whole list of subjects, as a sync from a source does. */
async function putBack({ world: { namespace } }: Stage, subjects: readonly object[]): Promise<void> {
  const binding = {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: { name: 'readers', namespace },
  };
  const result = await cluster.api.patch(cluster.refOf(binding), 'merge', { subjects }, forever);
  if (!result.ok) throw new Error(result.reason);
}

function subjects({ world: { namespace } }: Stage, ...names: readonly string[]): readonly object[] {
  return names.map((name) => ({ kind: 'ServiceAccount', name, namespace }));
}

/** Once, before the first request after all steps are done: the proof has not looked yet. */
function beforeTheProof(stage: Stage, act: () => Promise<void>) {
  let acted = false;
  return async () => {
    if (acted) return pass;
    const seen = await stage.progress();
    const done = seen?.steps.filter(({ plan, state }) => plan !== null && state === 'done').length;
    if (done === stage.plan.steps.length && !acted) {
      acted = true;
      await act();
    }
    return pass;
  };
}

describe.concurrent('what was cut is put back', () => {
  test('before the proof, as it was: it is not called contained, and undo has nothing to do there', async () => {
    const stage = await newStage();
    const before = await everything(cluster.api, stage.world.namespace);
    stage.proxy.treat = beforeTheProof(stage, () => putBack(stage, subjects(stage, 'auditor', 'runner')));
    const contained = parsed(executionSchema, 1, await stage.contain().ended);
    expect(contained.state).toBe('done-unproven');
    expect(contained.proof).toMatchObject({ contained: false, reachable: [{ name: 'vault' }] });
    const status = await firebreak('status', contained.incident, ...stage.where);
    expect(status.stdout).toMatch(/: stopped\. All steps are done, but it is not proven contained\./);

    const undone = parsed(executionSchema, 0, await stage.undo(contained.incident).ended);
    expect(undone.state).toBe('undone');
    expect(realDifferences(before, await everything(cluster.api, stage.world.namespace))).toEqual([]);
    const patches = stage.proxy.writes.filter((write) => write.endsWith('/rolebindings/readers'));
    expect(patches.length, 'the step itself, and no undo').toBe(1);
  });

  test('in another form: undo leaves what is not ours and says so, until it is forced', async () => {
    const stage = await newStage();
    const before = await everything(cluster.api, stage.world.namespace);
    const user = {
      kind: 'User',
      name: `system:serviceaccount:${stage.world.namespace}:runner`,
      apiGroup: 'rbac.authorization.k8s.io',
    };
    stage.proxy.treat = beforeTheProof(stage, () => putBack(stage, [...subjects(stage, 'auditor'), user]));
    const contained = parsed(executionSchema, 1, await stage.contain().ended);
    expect(contained.state).toBe('done-unproven');

    const undone = parsed(executionSchema, 1, await stage.undo(contained.incident).ended);
    expect(undone.state).toBe('stopped');
    const refused = undone.steps.filter(({ state }) => state !== 'undone');
    expect(refused).toMatchObject([{ state: 'undo-refused', target: { name: 'readers' } }]);
    expect(refused[0]?.reason).toMatch(/^FB-UNDO-CHANGED: /);
    const readers = `/apis/rbac.authorization.k8s.io/v1/namespaces/${stage.world.namespace}/rolebindings/readers`;
    expect(realDifferences(before, await everything(cluster.api, stage.world.namespace))).toEqual([readers]);

    const forced = parsed(executionSchema, 0, await stage.undo(contained.incident, '--force').ended);
    expect(forced).toMatchObject({ state: 'undone', steps: [{ state: 'undone', target: { name: 'readers' } }] });
    expect(realDifferences(before, await everything(cluster.api, stage.world.namespace))).toEqual([]);
  });

  test('between the step and its read-back: the step is done again, and then it is contained', async () => {
    const stage = await newStage();
    let seen = 0;
    stage.proxy.treat = async ({ method, path }: Asked) => {
      if (
        method !== 'GET' ||
        !path.endsWith('/rolebindings/readers') ||
        !stage.proxy.writes.some((write) => write.endsWith(path))
      )
        return pass;
      seen += 1;
      if (seen === 1) await putBack(stage, subjects(stage, 'auditor', 'runner'));
      return pass;
    };
    const contained = parsed(executionSchema, 0, await stage.contain().ended);
    expect(contained.state).toBe('contained');
    expect(contained.steps.find(({ target }) => target.name === 'readers')?.attempt).toBe(2);
  });
});
