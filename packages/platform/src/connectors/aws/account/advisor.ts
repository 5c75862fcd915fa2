/**
 * Access advisor: when every identity last used each service that it may use. AWS makes a report of each in the background.
 * What must stay true: a report that failed or never came is no report, because one without services would say that nothing
 * was ever used; once asking fails it is not asked for the others.
 */
import { array, type Foreign, textAt } from '../../../intake/foreign.ts';
import type { Failure } from './calls.ts';
import type { Desk, Scope } from './desk.ts';

export const advisor: Scope = {
  service: 'iam',
  kinds: ['aws.last-accessed'],
  operations: {
    GenerateServiceLastAccessedDetails: 'iam:GenerateServiceLastAccessedDetails',
    GetServiceLastAccessedDetails: 'iam:GetServiceLastAccessedDetails',
  },
};

/** Looks at one report, and milliseconds between two. */
const looks = 40;
const pause = 500;
const generate = 'GenerateServiceLastAccessedDetails';
const get = 'GetServiceLastAccessedDetails';

/** `{Arn, ServicesLastAccessed}` of every principal that a report came of. */
export async function lastAccessed(
  desk: Desk,
  principals: readonly unknown[],
  wait: (ms: number) => Promise<void>,
): Promise<readonly Foreign[]> {
  const all: Foreign[] = [];
  let failed = false;
  const fail = (operation: string, failure: Failure & { readonly locator: string }, name: string) => {
    if (!failed) desk.report(operation, failure, [name]);
    failed = true;
    return undefined;
  };

  async function reportOf(principal: unknown): Promise<Foreign | undefined> {
    if (failed) return undefined;
    const Arn = textAt(principal, 'Arn') ?? '';
    const name = Arn.split(':').slice(5).join(':');
    const begun = await desk.look(generate, { Arn, Granularity: 'ACTION_LEVEL' }, name);
    // In a folder of answers nobody kept the number of the job.
    if (!begun.ok && begun.failure !== 'unread')
      return begun.failure === 'absent' ? undefined : fail(generate, begun, name);
    const JobId = begun.ok ? begun.value.JobId : undefined;
    for (let look = 0; look < looks && !failed; look += 1) {
      const found = await desk.look(get, { JobId }, name);
      if (!found.ok) {
        if (found.failure !== 'absent') return fail(get, found, name);
        return undefined;
      }
      const { locator, cut } = found;
      if (cut !== undefined) desk.report(get, { ...cut, locator }, [name]);
      if (found.value.JobStatus === 'COMPLETED')
        return cut === undefined ? { Arn, ServicesLastAccessed: array(found.value.ServicesLastAccessed) } : undefined;
      if (found.value.JobStatus !== 'IN_PROGRESS') {
        desk.report(get, { failure: 'server-error', reason: 'the report failed.', locator }, [name]);
        return undefined;
      }
      await wait(pause);
    }
    if (failed) return undefined;
    const reason = `the report was not ready after ${(looks * pause) / 1000} seconds.`;
    desk.report(get, { failure: 'timeout', reason, locator: `iam/${get}` }, [name]);
    return undefined;
  }

  for await (const report of desk.each(principals, reportOf)) if (report !== undefined) all.push(report);
  return all;
}
