/**
 * AWS: an account by its API, `aws:` or `aws:profile=…,regions=…,endpoint=…` (credentials come from the environment as for
 * every tool of AWS), or accounts as files, as the AWS command line prints them, `aws:<file | folder | ->`.
 *
 * A folder whose files lie under the names of services and operations (`lambda/list-functions.json`, see
 * `account/folder.ts`) is read like the account itself: identities and resources.
 *
 * Otherwise a file is what `aws iam get-account-authorization-details` prints, or any of the answers beside it that `answers.ts`
 * knows: organization policies and accounts, OIDC providers, credential report, access advisor. A folder may hold several
 * accounts. What these answers do not tell (resources and what runs as which role) is reported as a gap.
 */
import type { Connector } from '@firebreak/contract';
import { z } from 'zod';
import { textAt } from '../../intake/foreign.ts';
import { liveAddress, liveConfig } from './account/address.ts';
import { openControl } from './account/control.ts';
import { isAnswerFolder, openFolder } from './account/folder.ts';
import { openLive } from './account/live.ts';
import { permissionsJson } from './account/permissions.ts';
import { accountSession } from './account/session.ts';
import { callerOf, knownAccount } from './actions/exchange/desk.ts';
import { actions } from './actions/index.ts';
import { openFiles } from './files.ts';
import type { AwsSession } from './session.ts';

const filesConfig = z.object({
  /** A file or folder of answers, or `-` for one on standard input. */
  from: z.string().min(1),
  /** Bytes of one file. An account with 5,000 roles takes about 50 MB. */
  maxFileBytes: z
    .number()
    .int()
    .positive()
    .default(256 * 1024 * 1024),
});
const config = z.union([filesConfig, liveConfig]);
type AwsConfig = z.output<typeof config>;

const aws: Connector<AwsConfig, AwsSession> = {
  id: 'aws',
  title: 'AWS',
  config: config as z.ZodType<AwsConfig>,
  permissions: (wanted) => permissionsJson(wanted, actions),
  parse: (spec) => liveAddress(spec) ?? config.parse({ from: spec }),
  connect: async (settings, signal) => {
    if ('live' in settings) {
      const control = openControl(settings.live);
      // For `answersFor`. Where it cannot be told, reading and every action say why.
      await callerOf(control, signal).catch(() => {});
      return accountSession(await openLive(settings.live), control);
    }
    const { from, maxFileBytes } = settings;
    if (await isAnswerFolder(from)) return accountSession(await openFolder(from, maxFileBytes));
    return openFiles({ path: from, maxFileBytes });
  },
  close: (session) => session.close(),
  collect: (session, signal) => session.collect(signal),
  address: (session) => session.address,
  canAct: ({ control }) => control !== undefined,
  answersFor: (session, params) => {
    const account = knownAccount(session);
    return account !== undefined && textAt(params, 'account') === account;
  },
  actions,
};

export default aws;
