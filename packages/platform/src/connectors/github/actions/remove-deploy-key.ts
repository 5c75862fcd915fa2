import { defineAction, githubId, type ProbeResult } from '@firebreak/contract';
import { z } from 'zod';
import { stateChange } from '../../../exchange/state-change.ts';
import { field, textAt } from '../../../intake/foreign.ts';
import type { GithubSession } from '../session.ts';
import { basePath, type Desk, deskOf, inRepository, repositoryName, through, type Write } from './exchange/desk.ts';
import { impactOf, one } from './impact/legitimate-use.ts';
import { weights } from './impact/price.ts';

const params = inRepository.extend({
  /** GitHub's number of the key. */
  key: z.number().int().positive(),
  /** The public half of a key that takes its place, in the form of OpenSSH: rotates instead of removing. */
  replacement: z
    .string()
    .regex(
      /^(ssh-(ed25519|rsa)|ecdsa-sha2-nistp\d{3}) [A-Za-z0-9+/]{16,2000}={0,2}$/,
      'not a public key without a comment',
    )
    .optional(),
});
type Params = z.infer<typeof params>;
const deployKey = z.object({ id: z.number().int(), title: z.string(), key: z.string(), read_only: z.boolean() });
type Key = z.infer<typeof deployKey>;
const before = z.object({
  /** All keys of the repository: a key that is put back has another number, and is known by its public half. */
  keys: z.array(deployKey),
});
type Before = z.infer<typeof before>;

const id = (of: Params) => githubId('DeployKey', repositoryName(of), String(of.key));
const own = ({ keys }: Before, of: Params) => keys.find((each) => each.id === of.key);
/** Two words of it; GitHub drops the comment. */
const half = (key: string) => key.split(' ', 2).join(' ');
const has = ({ keys }: Before, key: string) => keys.some((each) => half(each.key) === half(key));
const add = (of: Params, { title, read_only }: Key, key: string): Write => ({
  verb: 'create',
  object: id(of),
  method: 'POST',
  path: `${basePath(of)}/keys`,
  json: { title, key, read_only },
});
const remove = (of: Params, number: number): Write => ({
  verb: 'delete',
  object: id(of),
  method: 'DELETE',
  path: `${basePath(of)}/keys/${number}`,
});

async function read(desk: Desk, of: Params): Promise<Before> {
  const told = await desk.list(`${basePath(of)}/keys`);
  const keys = told.map((each) =>
    deployKey.parse({
      id: field(each, 'id'),
      title: textAt(each, 'title') ?? '',
      key: textAt(each, 'key'),
      read_only: field(each, 'read_only') === true,
    }),
  );
  return { keys: keys.sort((a, b) => a.id - b.id) };
}

/** The key opens the repository no more; with a replacement the successor is there before the old one goes. */
export default defineAction<Params, Before, GithubSession>({
  id: 'github.remove-deploy-key',
  title: 'Remove or rotate deploy key',
  stage: 'credential',
  targetKinds: ['DeployKey'],
  params,
  before,
  permissions: ['administration: write'],
  target: (of) => ({ kind: 'DeployKey', id: id(of), name: `deploy key ${of.key} of ${of.repository}` }),
  describe: (of) =>
    of.replacement === undefined
      ? `Remove deploy key ${of.key} from ${of.repository}.`
      : `Replace deploy key ${of.key} of ${of.repository} by the given one, with the same title and rights.`,
  undoes: (of) =>
    `The same public key is added to ${of.repository} again with its title and rights. What stays different: its number, who added it, and when it was added and used.`,
  drastic: () => false,
  takes: () => 5,
  impact(of, estate) {
    const fact = estate.get('github.deploy-key', id(of));
    const name = fact?.data.title ?? `deploy key ${of.key}`;
    const last = fact?.data.last_used === undefined ? '' : ` Last used ${fact.data.last_used}.`;
    const does = fact?.data.read_only === true ? 'fetches from' : 'pushes to';
    const what = `Whatever ${does} ${of.repository} with it is refused${of.replacement === undefined ? '' : ' until it has the new one'}.${last}`;
    return impactOf('remove-deploy-key', one({ kind: 'DeployKey', id: id(of), name }, what, weights.internal));
  },
  ...stateChange<Params, Before, GithubSession, Desk, Write>(
    through((of) => `Deploy key ${of.key} of ${of.repository}`),
    {
      read,
      isGone: () => false,
      wanted: (now, of, was) => {
        const old = own(was, of);
        if (old === undefined) return own(now, of) === undefined;
        return !has(now, old.key) && (of.replacement === undefined || has(now, of.replacement));
      },
      forward(now, of, was) {
        const old = own(was, of);
        const still = old === undefined ? undefined : now.keys.find(({ key }) => half(key) === half(old.key));
        return [
          ...(old === undefined || of.replacement === undefined || has(now, of.replacement)
            ? []
            : [add(of, old, of.replacement)]),
          ...(still === undefined ? [] : [remove(of, still.id)]),
        ];
      },
      back(now, of, was) {
        const old = own(was, of);
        const { replacement } = of;
        const ours =
          replacement === undefined ? undefined : now.keys.find(({ key }) => half(key) === half(replacement));
        return [
          ...(old === undefined || has(now, old.key) ? [] : [add(of, old, old.key)]),
          ...(ours === undefined || has(was, ours.key) ? [] : [remove(of, ours.id)]),
        ];
      },
      between: (now, of, was) => {
        const old = own(was, of);
        return old !== undefined && of.replacement !== undefined && has(now, old.key) && has(now, of.replacement);
      },
      matter: (state, of, was) => {
        const old = own(was, of);
        const back = state.keys.find(({ key }) => old !== undefined && half(key) === half(old.key));
        return {
          key: back === undefined ? null : { title: back.title, read_only: back.read_only },
          replacement: of.replacement !== undefined && has(state, of.replacement),
        };
      },
      steady: (state, of) => own(state, of) ?? null,
    },
  ),
  async probe(attempt, of, { record }): Promise<readonly ProbeResult[]> {
    const now = await read(await deskOf(attempt, of), of);
    const old = own(record, of);
    const there = old === undefined ? own(now, of) !== undefined : has(now, old.key);
    return [
      {
        what: `Deploy key ${of.key} does not open ${of.repository}`,
        result: there ? 'fails' : 'holds',
        evidence: `Its public half is ${there ? 'still' : 'no longer'} among the ${now.keys.length} keys of the repository. Only its private half could try more.`,
      },
    ];
  },
});
