/**
 * Who legitimately uses a repository, from the facts of one estate: its workflows and what their jobs are for, people and teams that
 * push, keys, apps. Impacts are asked for every lever that the planner weighs, so the index is built once for an estate.
 */
import {
  type Estate,
  type Fact,
  githubAccountId,
  type Impact,
  type Interruption,
  type NodeRef,
  type WorkflowJob,
} from '@firebreak/contract';
import type { InRepository } from '../exchange/desk.ts';
import { fixedCost, type Priced, type Reach, weights } from './price.ts';

interface Uses {
  readonly workflows: ReadonlyMap<string, readonly Fact<'github.workflow'>[]>;
  readonly writers: ReadonlyMap<string, readonly Fact<'github.access'>[]>;
}
const known = new WeakMap<Estate, Uses>();

function usesOf(estate: Estate): Uses {
  let made = known.get(estate);
  if (made === undefined) {
    const keyOf = ({
      data: { repository },
    }: {
      readonly data: { readonly repository: { host: string; path: string } };
    }) => key(repository.host, repository.path);
    made = {
      workflows: Map.groupBy(estate.all('github.workflow'), keyOf),
      writers: Map.groupBy(
        estate.all('github.access').filter(({ data }) => data.permissions.push),
        keyOf,
      ),
    };
    known.set(estate, made);
  }
  return made;
}

const key = (host: string, path: string) => `${host}/${path.toLowerCase()}`;

/** Workflows of a repository that stop; those that deploy weigh more than those that only test. */
export function interruptWorkflows(
  estate: Estate,
  { host, repository }: InRepository,
  what: string,
  only: (workflow: Fact<'github.workflow'>) => boolean = () => true,
): readonly Interruption[] {
  return (usesOf(estate).workflows.get(key(host, repository)) ?? []).filter(only).map((fact) => {
    const reach: Reach = fact.data.jobs.some(delivers) ? 'delivery' : 'batch';
    const name = fact.data.name?.value ?? fact.data.path;
    const words = reach === 'delivery' ? `${what} It delivers: it enters an environment or publishes.` : what;
    return { who: { kind: 'Workflow', id: fact.id, name }, what: words, weight: weights[reach] };
  });
}

/** An environment, or words of publishing in a step that is named after what it uses. */
function delivers({ environment, steps, permissions }: WorkflowJob): boolean {
  return (
    environment !== undefined ||
    steps.some(({ uses }) => uses?.name !== undefined && /deploy|release|publish|push/.test(uses.name)) ||
    (permissions?.scopes ?? []).some(({ name, access }) => name === 'packages' && access === 'write')
  );
}

/** People and teams that push to a repository. */
export function interruptWriters(
  estate: Estate,
  { host, repository }: InRepository,
  what: string,
): readonly Interruption[] {
  return (usesOf(estate).writers.get(key(host, repository)) ?? []).map(({ data }) => ({
    who: writer(host, repository, data.kind, data.name),
    what,
    weight: data.kind === 'team' ? weights.internal : weights.person,
  }));
}

export function writer(host: string, repository: string, kind: 'user' | 'team', name: string): NodeRef {
  const account = repository.split('/')[0] ?? '';
  const id = kind === 'user' ? githubAccountId('User', host, name) : githubAccountId('Team', host, account, name);
  return { kind: kind === 'user' ? 'User' : 'Team', id, name };
}

export function one(who: NodeRef, what: string, weight: number): readonly Interruption[] {
  return [{ who, what, weight }];
}

export function impactOf(lever: Priced, interrupts: readonly Interruption[]): Impact {
  return { cost: interrupts.reduce<number>((sum, { weight }) => sum + weight, fixedCost[lever]), interrupts };
}
