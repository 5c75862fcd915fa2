/** An open source: where it leads, and what it holds. */
import type { Collected } from '@firebreak/contract';
import { gap } from '../../intake/gap.ts';
import { type ApiTarget, collectApi } from './api/collect.ts';
import { type LiveOptions, openLiveAnswers } from './api/live.ts';
import { openSavedAnswers } from './api/saved.ts';
import { savedTargets } from './api/saved-targets.ts';
import { collectCheckout } from './checkout/checkout.ts';

export interface GithubSession {
  readonly address: string;
  readonly collect: (signal: AbortSignal) => AsyncIterable<Collected>;
  readonly close: () => Promise<void>;
}

export function openCheckout(folder: string): GithubSession {
  return { address: folder, collect: (signal) => collectCheckout(folder, signal), close: async () => {} };
}

export function openAnswers(folder: string): GithubSession {
  const answers = openSavedAnswers(folder);
  async function* collect(signal: AbortSignal): AsyncGenerator<Collected> {
    const targets = await savedTargets(folder);
    if (targets.length === 0) yield { gap: gap('FB-SOURCE-EMPTY', ['*'], folder, 'No saved answer is in it.') };
    for (const target of targets) yield* collectApi(answers, target, signal);
  }
  return { address: folder, collect, close: answers.close };
}

export function openLive({ owner, repository, ...options }: ApiTarget & LiveOptions): GithubSession {
  const answers = openLiveAnswers(options);
  const target = repository === undefined ? { owner } : { owner, repository };
  return {
    address: `${answers.address} ${repository === undefined ? owner : `${owner}/${repository}`}`,
    collect: (signal) => collectApi(answers, target, signal),
    close: answers.close,
  };
}
