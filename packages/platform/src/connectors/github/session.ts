/** An open source: where it leads, and what it holds. */
import type { Collected, RepositoryName } from '@firebreak/contract';
import { gap } from '../../intake/gap.ts';
import { type ApiTarget, collectApi } from './api/collect.ts';
import { commitsSince } from './api/commits.ts';
import { type AppKey, type GithubControl, openControl } from './api/control.ts';
import { type LiveOptions, openLiveAnswers } from './api/live.ts';
import { openSavedAnswers } from './api/saved.ts';
import { savedTargets } from './api/saved-targets.ts';
import { collectCheckout } from './checkout/checkout.ts';

export interface GithubSession {
  readonly address: string;
  readonly collect: (signal: AbortSignal) => AsyncIterable<Collected>;
  readonly close: () => Promise<void>;
  /** What actions work through; a checkout and saved answers have none. */
  readonly control?: GithubControl;
  /** Commits of a branch since a moment; undefined where this source does not read that repository now. */
  readonly commitsSince?: (
    repository: RepositoryName,
    branch: string,
    since: Date,
    signal: AbortSignal,
  ) => Promise<Awaited<ReturnType<typeof commitsSince>> | undefined>;
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

export function openLive({
  owner,
  repository,
  app,
  ...options
}: ApiTarget & LiveOptions & { readonly app?: AppKey }): GithubSession {
  const answers = openLiveAnswers(options);
  const target = repository === undefined ? { owner } : { owner, repository };
  const { apiUrl, token } = options;
  const control = openControl({
    ...target,
    apiUrl,
    ...(token === undefined ? {} : { token }),
    ...(app === undefined ? {} : { app }),
  });
  return {
    address: `${answers.address} ${repository === undefined ? owner : `${owner}/${repository}`}`,
    collect: (signal) => collectApi(answers, target, signal),
    close: async () => {
      await answers.close();
      await control.close();
    },
    control,
    commitsSince: async (name, branch, since, signal) => {
      const [account, ...rest] = name.path.split('/');
      const ours =
        account === control.owner &&
        (control.repository === undefined || rest.join('/') === control.repository) &&
        (await control.host(signal)) === name.host;
      return ours ? commitsSince(answers, name, branch, since, signal) : undefined;
    },
  };
}
