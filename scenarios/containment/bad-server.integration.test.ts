/**
 * The way to the API server, or the server itself, fails in the middle: requests hang, answers get lost or break off, it is
 * overloaded, it has errors of its own, it takes our rights away. In each case: a coded ending, nothing written twice,
 * nothing left that undo does not bring back.
 */
import { type Execution, executionSchema } from '@firebreak/contract';
import { afterAll, describe, expect, test } from 'vitest';
import { everything, realDifferences, writesIn } from './testing/cluster.ts';
import { type Ended, firebreak, parsed } from './testing/firebreak.ts';
import { type Asked, pass, type Treatment } from './testing/proxy.ts';
import type { Stage } from './testing/stage.ts';
import { openTheatre } from './testing/theatre.ts';

const theatre = await openTheatre();
const { cluster, responder, newStage } = theatre;
afterAll(() => theatre.close());

/** Treats the first time that each write is asked for, and passes whatever comes after. */
function firstTime(treat: (asked: Asked, nth: number) => Treatment | Promise<Treatment>) {
  const seen = new Set<string>();
  return ({ ...asked }: Asked): Treatment | Promise<Treatment> => {
    const key = `${asked.method} ${asked.path}`;
    if (!asked.writes || seen.has(key)) return pass;
    seen.add(key);
    return treat(asked, seen.size);
  };
}

/** Contained, with each of the seven writes carried out exactly once, whatever was sent. */
async function expectContainedOnce(stage: Stage, ended: Ended): Promise<Execution> {
  const execution = parsed(executionSchema, 0, ended);
  expect(execution.state).toBe('contained');
  const writes = (await writesIn(stage.world.namespace, responder.user)).map(
    ({ verb, resource, name }) => `${verb} ${resource} ${name}`,
  );
  expect(writes.length).toBe(7);
  expect(new Set(writes).size).toBe(7);
  return execution;
}

/** Everything is as it was, whatever happened on the way. */
async function expectUndone(stage: Stage, incident: string, before: ReadonlyMap<string, string>): Promise<void> {
  stage.proxy.treat = () => pass;
  expect(parsed(executionSchema, 0, await stage.undo(incident).ended).state).toBe('undone');
  expect(realDifferences(before, await everything(cluster.api, stage.world.namespace))).toEqual([]);
}

describe.concurrent('a way that fails', () => {
  describe('contain comes through', () => {
    test('when the answer to every write is lost, each in another way', async () => {
      const stage = await newStage();
      const before = await everything(cluster.api, stage.world.namespace);
      stage.proxy.treat = firstTime((_, nth) => ({ do: 'lose', how: nth % 2 === 0 ? 'cut' : 'break' }));
      const { incident } = await expectContainedOnce(stage, await stage.contain().ended);
      await expectUndone(stage, incident, before);
    });

    test('when the connection breaks before every write', async () => {
      const stage = await newStage();
      stage.proxy.treat = firstTime(() => ({ do: 'break' }));
      await expectContainedOnce(stage, await stage.contain().ended);
    });

    test('when a write hangs', async () => {
      const stage = await newStage();
      stage.proxy.treat = firstTime((_, nth) => (nth === 2 ? { do: 'hold' } : pass));
      await expectContainedOnce(stage, await stage.contain().ended);
    });

    test('when it is told to slow down, and when every write meets an error of the server’s own', async () => {
      const stage = await newStage();
      let requests = 0;
      const troubled = firstTime(() => ({ do: 'answer', status: 500 }));
      stage.proxy.treat = (asked) => {
        requests += 1;
        return requests % 25 === 0 ? { do: 'answer', status: 429, headers: { 'retry-after': '1' } } : troubled(asked);
      };
      await expectContainedOnce(stage, await stage.contain().ended);
    });
  });

  describe('contain stops, says why, and can be undone', () => {
    test('when a step is forbidden', async () => {
      const stage = await newStage();
      const before = await everything(cluster.api, stage.world.namespace);
      stage.proxy.treat = ({ writes, path }) =>
        writes && path.endsWith('/readers') ? { do: 'answer', status: 403 } : pass;
      const execution = parsed(executionSchema, 1, await stage.contain().ended);
      expect(execution.state).toBe('stopped');
      const [stopped, ...later] = execution.steps.filter(({ state }) => state !== 'done');
      expect(stopped).toMatchObject({ state: 'refused', target: { name: 'readers' } });
      expect(stopped?.reason).toMatch(/^FB-K8S-FORBIDDEN: /);
      expect(later.map(({ state }) => state)).toEqual(['waiting']);
      const status = await firebreak('status', execution.incident, ...stage.where);
      expect(status.stdout).toMatch(/: stopped\. Stopped after 4 of 6 steps\. FB-K8S-FORBIDDEN: /);
      await expectUndone(stage, execution.incident, before);
    });

    test('when our own rights are taken away in the middle of a step of several writes', async () => {
      const own = await theatre.appoint();
      const stage = await newStage({ responder: own });
      const before = await everything(cluster.api, stage.world.namespace);
      // The account is deleted and waits to be created again: the worst moment that there is.
      stage.proxy.treat = firstTime(async ({ method, path }) => {
        if (method === 'POST' && path.endsWith('/serviceaccounts')) await own.disown();
        return pass;
      });
      const execution = parsed(executionSchema, 1, await stage.contain().ended);
      expect(execution.state).toBe('stopped');
      expect(execution.steps.at(-1)?.reason).toMatch(/FB-K8S-FORBIDDEN/);
      const gone = `/api/v1/namespaces/${stage.world.namespace}/serviceaccounts/runner`;
      expect((await everything(cluster.api, stage.world.namespace)).has(gone)).toBe(false);

      await own.reinstate();
      await expectUndone(stage, execution.incident, before);
    });

    test('when the proof cannot see everything: that is not called contained', async () => {
      const stage = await newStage();
      const before = await everything(cluster.api, stage.world.namespace);
      stage.proxy.treat = async ({ path }) => {
        if (path !== '/apis/rbac.authorization.k8s.io/v1/rolebindings') return pass;
        const done = (await stage.progress())?.steps.filter(
          ({ plan, state }) => plan !== null && state === 'done',
        ).length;
        return done === stage.plan.steps.length ? { do: 'answer', status: 500 } : pass;
      };
      const execution = parsed(executionSchema, 1, await stage.contain().ended);
      expect(execution).toMatchObject({ state: 'done-unproven', proof: { contained: false, reachable: [] } });
      expect(execution.proof?.detail).toMatch(/could not read everything.*rolebindings/);
      await expectUndone(stage, execution.incident, before);
    });
  });

  test('a server that does not answer at all is given up, with a code', async () => {
    const stage = await newStage();
    stage.proxy.treat = () => ({ do: 'hold' });
    const ended = await firebreak(
      'plan',
      '--from',
      `kubernetes:${stage.kubeconfig}`,
      '--compromised',
      stage.world.compromised,
      '--json',
    );
    expect(ended).toMatchObject({ code: 3, stdout: '' });
    expect(JSON.parse(ended.stderr)).toMatchObject({ error: { code: 'FB-K8S-TIMEOUT' } });
  });
});
