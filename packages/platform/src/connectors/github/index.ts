/**
 * GitHub: `github:<folder>` reads a checkout, or a folder of saved answers of the API; `github:<owner>` and
 * `github:<owner>/<repository>` ask the API (GITHUB_TOKEN, GITHUB_API_URL). What exists as a folder is read as one.
 *
 * It reads who may write where and what runs with which rights: repositories, branch protection and rulesets, environments with
 * their gates, names of secrets and variables, deploy keys, apps, webhooks (host only), runners, people and teams, Actions
 * settings, the OIDC subject, and the workflow files. Never a value of a secret, never a line of other code. What a token may
 * not read is a gap.
 *
 * By the API it can also be acted on, see `actions/`; apps of one's own by their key (GITHUB_APP_ID, GITHUB_APP_PRIVATE_KEY_FILE).
 */
import { readFile, stat } from 'node:fs/promises';
import { type Connector, FirebreakError } from '@firebreak/contract';
import { z } from 'zod';
import { field, printable, textAt } from '../../intake/foreign.ts';
import { isOf } from './actions/exchange/desk.ts';
import { actions } from './actions/index.ts';
import type { AppKey } from './api/control.ts';
import { permissionsText } from './permissions.ts';
import { type GithubSession, openAnswers, openCheckout, openLive } from './session.ts';

const config = z.object({
  /** A folder, an owner, or `owner/repository`. */
  from: z.string().min(1).max(4096),
  /** The API's address; that of the environment, or GitHub's own, when absent. */
  apiUrl: z.url({ protocol: /^https?$/ }).optional(),
});
type GithubConfig = z.output<typeof config>;

const target = /^([\w.-]{1,100})(?:\/([\w.-]{1,100}))?$/;

const github: Connector<GithubConfig, GithubSession> = {
  id: 'github',
  title: 'GitHub',
  config,
  permissions: (wanted) => permissionsText(wanted, actions),
  parse: (spec) => {
    if (spec === '') throw new FirebreakError('FB-USAGE', 'github: needs a folder, an owner, or owner/repository.');
    return config.parse({ from: spec });
  },
  connect: async ({ from, apiUrl }, signal) => {
    const found = await stat(from).catch(() => undefined);
    if (found?.isDirectory()) return (await isAnswers(from)) ? openAnswers(from) : openCheckout(from);
    const [, owner, repository] = target.exec(from) ?? [];
    if (found !== undefined || owner === undefined)
      throw new FirebreakError(
        'FB-SOURCE-UNREADABLE',
        `${printable(from)} is neither a folder nor an owner or repository of GitHub.`,
      );
    const token = process.env.GITHUB_TOKEN;
    const app = await appKey();
    const session = openLive({
      owner,
      ...(repository === undefined ? {} : { repository }),
      apiUrl: apiUrl ?? process.env.GITHUB_API_URL ?? 'https://api.github.com',
      ...(token === undefined || token === '' ? {} : { token }),
      ...(app === undefined ? {} : { app }),
    });
    // For `answersFor`. Where it cannot be told, reading and every action say why.
    if (token !== undefined && token !== '') await session.control?.host(signal);
    return session;
  },
  close: (session) => session.close(),
  collect: (session, signal) => session.collect(signal),
  address: (session) => session.address,
  canAct: ({ control }) => control?.isKnown === true,
  lacks: async ({ control }) => [
    {
      action: 'github.suspend-installation',
      rights: ['the private key of the app (GITHUB_APP_ID, GITHUB_APP_PRIVATE_KEY_FILE)'],
      except: (params) => control?.appId !== undefined && field(params, 'appId') === control.appId,
    },
  ],
  answersFor: ({ control }, params) => {
    const host = textAt(params, 'host');
    const source = textAt(params, 'repository') ?? textAt(params, 'source');
    return control !== undefined && host !== undefined && source !== undefined && isOf(control, { host, source });
  },
  actions,
};

/** @throws FirebreakError FB-SOURCE-UNREADABLE */
async function appKey(): Promise<AppKey | undefined> {
  const { GITHUB_APP_ID: appId = '', GITHUB_APP_PRIVATE_KEY_FILE: file = '' } = process.env;
  if (appId === '' || file === '') return undefined;
  const privateKey = await readFile(file, 'utf8').catch(() => '');
  if (!/^\d{1,12}$/.test(appId) || !privateKey.includes('PRIVATE KEY'))
    throw new FirebreakError(
      'FB-SOURCE-UNREADABLE',
      'GITHUB_APP_ID and GITHUB_APP_PRIVATE_KEY_FILE name no app and its key.',
    );
  return { appId: Number(appId), privateKey };
}

/** Saved answers lie at the paths of the API. */
async function isAnswers(folder: string): Promise<boolean> {
  if ((await stat(`${folder}/.git`).catch(() => undefined)) !== undefined) return false;
  const found = await Promise.all(['repos', 'orgs'].map((name) => stat(`${folder}/${name}`).catch(() => undefined)));
  return found.some((each) => each?.isDirectory());
}

export default github;
