/**
 * Collecting: a connector's facts become an estate. Two facts with the same id are one object described twice: the later one
 * counts, as with `kubectl apply`, and it is said.
 */
import { isDeepStrictEqual } from 'node:util';
import { type AnyConnector, type AnyFact, catalogue, type Estate, FirebreakError, type Gap } from '@firebreak/contract';
import { estateOf } from './estate.ts';

export interface CollectedEstate {
  readonly estate: Estate;
  readonly gaps: readonly Gap[];
  /** Where it was read. Never a credential. */
  readonly address: string;
}

/** Says in a sentence how far it is. */
export type Progress = (sentence: string) => void;

/** Facts between two sentences of progress. */
const stride = 5000;
/** Duplicates that are reported one by one. */
const shownDuplicates = 50;

/** Opens the connector, collects and closes it. @throws FirebreakError what `connect` throws, and FB-CANCELLED. */
export async function collectEstate<C>(
  connector: AnyConnector,
  config: C,
  signal: AbortSignal,
  progress?: Progress,
): Promise<CollectedEstate> {
  const session: unknown = await connector.connect(config, signal);
  try {
    return await collectSession(connector, session, signal, progress);
  } finally {
    await connector.close(session);
  }
}

/** Collects over an open session. @throws FirebreakError FB-CANCELLED when the signal ends it. */
export async function collectSession(
  connector: AnyConnector,
  session: unknown,
  signal: AbortSignal,
  progress: Progress = () => {},
): Promise<CollectedEstate> {
  const facts = new Map<string, AnyFact>();
  const gaps: Gap[] = [];
  let duplicates = 0;
  try {
    for await (const collected of connector.collect(session, signal)) {
      if ('gap' in collected) {
        gaps.push(collected.gap);
        continue;
      }
      const { fact } = collected;
      const key = `${fact.kind} ${fact.id}`;
      const before = facts.get(key);
      if (before !== undefined) {
        duplicates += 1;
        if (duplicates <= shownDuplicates) gaps.push(duplicate(before, fact));
      }
      facts.set(key, fact);
      if (before === undefined && facts.size % stride === 0) progress(`${facts.size} objects read`);
    }
  } catch (error) {
    if (!signal.aborted) throw error;
    throw new FirebreakError('FB-CANCELLED', 'Collecting was stopped before its end.', { cause: error });
  }
  if (duplicates > shownDuplicates) gaps.push(moreDuplicates(duplicates - shownDuplicates));
  progress(`${facts.size} objects read, ${gaps.length} gaps`);
  const address = connector.address?.(session) ?? connector.title;
  return { estate: estateOf(facts.values(), gaps), gaps, address };
}

/** Only a contradiction makes answers uncertain; the same object read twice leaves nothing open. */
function duplicate(before: AnyFact, after: AnyFact): Gap {
  const contradicts = !isDeepStrictEqual(before.data, after.data);
  return {
    kinds: contradicts ? [after.kind] : [],
    where: after.source.locator,
    code: 'FB-DUPLICATE',
    reason: `${after.id} was also read at ${before.source.locator}${contradicts ? ', and differs' : ''}.`,
    next: catalogue['FB-DUPLICATE'].next,
  };
}

function moreDuplicates(count: number): Gap {
  return {
    kinds: ['*'],
    where: 'the whole source',
    code: 'FB-DUPLICATE',
    reason: `${count} more objects were read twice.`,
    next: catalogue['FB-DUPLICATE'].next,
  };
}
