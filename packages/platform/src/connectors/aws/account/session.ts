/** A session over one account that answers questions: by its API, or from a folder of its answers. */
import type { AwsSession } from '../session.ts';
import type { Calls } from './calls.ts';
import { collectAccount } from './collect.ts';
import type { Control } from './control.ts';

export function accountSession(calls: Calls, control?: Control): AwsSession {
  return {
    address: calls.address,
    collect: (signal) => collectAccount(calls, signal),
    close: async () => {
      calls.close();
      control?.close();
    },
    ...(control === undefined ? {} : { control }),
  };
}
