import type { AnyFact, Estate, FactChanges } from '@firebreak/contract';
import { factsOf } from '../packages/platform/src/facts/join-estates.ts';
import { pipeline } from './data-platform.ts';

/** The changes of one round; rounds count from 1. */
export type Changing = (estate: Estate, round: number) => FactChanges;

/** Pipelines trained again: new runs, data and model versions take the place of old ones. */
export function retraining(pipelines: number, share: number): Changing {
  const ofOne = (number: number, trained: number) => [...pipeline(number, trained)];
  return (_, round) => {
    const some = Array.from({ length: Math.round(pipelines * share) }, (_, at) => Math.floor(at / share));
    const facts = some.flatMap((number) => ofOne(number, round));
    const now = new Set(facts.map(({ id }) => id));
    return {
      facts,
      gone: some.flatMap((number) => ofOne(number, round - 1)).filter(({ id }) => !now.has(id)),
      gaps: [],
    };
  };
}

/** Pods that are replaced by others of another name. */
export function rollout(share: number): Changing {
  return (estate, round) => {
    const gone = everyOf(estate.all('kubernetes.pod'), share, round);
    const facts = gone.map((pod) => {
      const name = `${pod.data.metadata.name.replace(/-r\d+$/, '')}-r${round}`;
      const id = `${pod.id.slice(0, pod.id.lastIndexOf('/'))}/${name}`;
      return { ...pod, id, data: { ...pod.data, metadata: { ...pod.data.metadata, name } } };
    });
    return { facts, gone, gaps: [] };
  };
}

/** Facts of every kind that go in one round and come back in the next. */
export function everywhere(share: number): Changing {
  let away: readonly AnyFact[] = [];
  return (estate, round) => {
    const back = away;
    away = back.length > 0 ? [] : everyOf([...factsOf(estate)], share, round);
    return { facts: back, gone: away, gaps: [] };
  };
}

function everyOf<T>(items: readonly T[], share: number, round: number): T[] {
  const stride = Math.round(1 / share);
  return items.filter((_, at) => at % stride === round % stride);
}
