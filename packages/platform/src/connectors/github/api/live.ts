/**
 * GitHub's REST API over HTTP. Patience beyond that of intake/http.ts: GitHub says 403 (or 429) both for what is forbidden and
 * for having asked too much, and tells them apart by headers (docs: "Rate limits for the REST API"). Once its patience is used
 * up the session asks no more, so that a thousand repositories do not mean a thousand refusals.
 */
import { setTimeout } from 'node:timers/promises';
import { FirebreakError, type Gap } from '@firebreak/contract';
import { array, field } from '../../../intake/foreign.ts';
import { gap } from '../../../intake/gap.ts';
import {
  gapOfHttp,
  type HttpCall,
  type HttpFailure,
  type HttpJson,
  type HttpOptions,
  nextLink,
  openHttp,
  pagesOf,
} from '../../../intake/http.ts';
import type { GithubAnswers, Missing } from './answers.ts';

export interface LiveOptions {
  readonly apiUrl: string;
  readonly token?: string;
  /** Milliseconds that we wait, all in all, for a rate limit to end. */
  readonly patienceMs?: number;
  /** Waiting, for tests. */
  readonly sleep?: NonNullable<HttpOptions['sleep']>;
  /** Pages of one listing. */
  readonly maxPages?: number;
}

/** 100,000 entries. */
const maxPages = 1000;
const defaultPatienceMs = 5 * 60_000;

export function openLiveAnswers(options: LiveOptions): GithubAnswers {
  const http = openHttp({
    base: options.apiUrl,
    headers: {
      accept: 'application/vnd.github+json',
      'x-github-api-version': '2022-11-28',
      ...(options.token === undefined ? {} : { authorization: `Bearer ${options.token}` }),
    },
    // The secondary limit may come without any header that says so.
    asksForPatience: ({ body }) => body.subarray(0, 4096).includes('secondary rate limit'),
    ...(options.sleep === undefined ? {} : { sleep: options.sleep }),
  });
  const sleep = options.sleep ?? pause;
  let patience = options.patienceMs ?? defaultPatienceMs;
  let exhausted: HttpFailure | undefined;

  async function ask(call: HttpCall, signal: AbortSignal): Promise<HttpJson | HttpFailure> {
    for (let repeats = 0; ; repeats += 1) {
      if (exhausted !== undefined) return exhausted;
      const answer = await http.json(call, signal);
      if (answer.ok) return answer;
      const wait = rateLimitWait(answer);
      if (wait === undefined) return answer;
      if (wait > patience || repeats >= 3) {
        const reason = 'The rate limit is used up; nothing more was asked.';
        exhausted = { ...answer, failure: 'throttled', reason };
        return exhausted;
      }
      patience -= wait;
      await sleep(wait, signal);
    }
  }

  function missing(failure: HttpFailure, path: string): Missing {
    const where = `${http.address}${path}`;
    return { ok: false, absent: failure.failure === 'not-found', gap: (kinds) => gapOf(failure, kinds, where) };
  }

  return {
    address: http.address,
    async get(path, signal) {
      const answer = await ask({ path }, signal);
      return answer.ok ? { ok: true, value: answer.value } : missing(answer, path);
    },
    async list(path, key, signal) {
      const items: unknown[] = [];
      const first = `${path}${path.includes('?') ? '&' : '?'}per_page=100`;
      const pages = pagesOf<HttpJson>({
        read: (cursor) => ask({ path: cursor ?? first }, signal),
        next: ({ header }) => nextLink(header('link')),
        maxPages: options.maxPages ?? maxPages,
      });
      for await (const page of pages) {
        if (!page.ok) return { items, missing: missing(page, path) };
        const list = key === undefined ? page.value : field(page.value, key);
        if (!Array.isArray(list)) {
          const failure: HttpFailure = {
            ok: false,
            failure: 'response-invalid',
            reason: 'A listing is no list.',
            header: page.header,
          };
          return { items, missing: missing(failure, path) };
        }
        for (const item of array(list)) items.push(item);
      }
      return { items };
    },
    close: () => http.close(),
  };
}

/** Milliseconds that GitHub asks to wait; undefined when it refuses for another reason. */
function rateLimitWait(failure: HttpFailure): number | undefined {
  if (failure.status !== 403 && failure.status !== 429) return undefined;
  const after = failure.header('retry-after');
  if (after !== undefined && /^\d{1,6}$/.test(after)) return Number(after) * 1000;
  if (failure.header('x-ratelimit-remaining') !== '0') return failure.failure === 'throttled' ? 60_000 : undefined;
  const reset = Number(failure.header('x-ratelimit-reset')) * 1000;
  const now = Date.parse(failure.header('date') ?? '');
  // Without its clock there is no telling how long; a minute is what it asks for at least.
  return Number.isFinite(reset) && !Number.isNaN(now) ? Math.max(1000, reset - now + 1000) : 60_000;
}

function gapOf(failure: HttpFailure, kinds: readonly string[], where: string): Gap {
  if (failure.failure === 'not-found') {
    const reason = 'GitHub says that it is not there, which it also says of what the token may not read.';
    return gap('FB-HTTP-NOT-FOUND', kinds, where.split('?')[0] ?? where, reason);
  }
  return gapOfHttp(failure, kinds, where.split('?')[0] ?? where);
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await setTimeout(ms, undefined, { signal });
  } catch (cause) {
    throw new FirebreakError('FB-CANCELLED', 'Waiting for GitHub was stopped.', { cause });
  }
}
