import { defineAction, type Outcome, ociId, type ProbeResult } from '@firebreak/contract';
import { z } from 'zod';
import { refused } from '../../../exchange/outcome.ts';
import { stateChange } from '../../../exchange/state-change.ts';
import type { OciSession } from '../session.ts';
import { type Desk, deskOf, inRegistry, through, type Write } from './exchange/desk.ts';
import { changeText, readText } from './exchange/house-file.ts';
import { impactOf } from './impact/legitimate-use.ts';
import { weights } from './impact/price.ts';

const params = inRegistry.extend({ user: z.string().regex(/^[^:#\s\p{Cc}]{1,255}$/u, 'not a user') });
type Params = z.infer<typeof params>;
const before = z.object({
  /** How the file has the user: a line that counts, lines of ours that do not, or none. */
  user: z.enum(['known', 'suspended', 'absent']),
  /** SHA-256 of the file. Its lines are secrets and stay in it. */
  file: z.string(),
  /** Whether it is the user that we ourselves log in as. */
  isUs: z.boolean(),
});
type Before = z.infer<typeof before>;

/** The registry passes over lines that begin with `#` (distribution, registry/auth/htpasswd). */
const mark = '# suspended by firebreak: ';
const id = (of: Params) => ociId('User', of.registry, of.user);

function suspend(content: string, user: string): string {
  return lines(content, (line) => (isOf(line, user) ? `${mark}${line}` : line));
}
function resume(content: string, user: string): string {
  return lines(content, (line) =>
    line.startsWith(mark) && isOf(line.slice(mark.length), user) ? line.slice(mark.length) : line,
  );
}
const isOf = (line: string, user: string) => line.trimStart().startsWith(`${user}:`);
/** Line ends stay as they are. */
const lines = (content: string, change: (line: string) => string) => content.split('\n').map(change).join('\n');

function stateOf(content: string, user: string): Before['user'] {
  if (suspend(content, user) !== content) return 'known';
  return resume(content, user) === content ? 'absent' : 'suspended';
}

async function read({ control: { house, registry } }: Desk, of: Params): Promise<Before> {
  const isUs = registry.user === of.user;
  if (house.htpasswd === undefined) return { user: 'absent', file: '', isUs };
  const { text, sha } = await readText(house.htpasswd);
  return { user: stateOf(text, of.user), file: sha, isUs };
}

function edit(of: Params, file: string, change: (content: string, user: string) => string, words: string): Write {
  return {
    verb: 'patch',
    object: id(of),
    request: `edit htpasswd of ${of.registry}: ${words} ${of.user}`,
    make: ({ control: { house } }): Promise<Outcome> =>
      house.htpasswd === undefined
        ? Promise.resolve(refused('FB-STEP-REFUSED', 'No htpasswd file was given (FIREBREAK_OCI_HTPASSWD).'))
        : changeText(house.htpasswd, file, (content) => change(content, of.user)),
  };
}

/**
 * The user's line in the htpasswd of a distribution registry is made a comment: no login, no pull, no push. The hash of the password
 * never leaves the file, and undo makes the same bytes of it again.
 */
export default defineAction<Params, Before, OciSession>({
  id: 'oci.suspend-user',
  title: 'Suspend registry user',
  stage: 'credential',
  targetKinds: ['User'],
  params,
  before,
  permissions: ['writing the htpasswd of the registry on this machine (FIREBREAK_OCI_HTPASSWD)'],
  target: (of) => ({ kind: 'User', id: id(of), name: `${of.user} at ${of.registry}` }),
  describe: (of) =>
    `Make the line of ${of.user} in the htpasswd of ${of.registry} a comment: the password is not accepted any more.`,
  undoes: (of) => `The line of ${of.user} counts again, with the same password.`,
  drastic: () => false,
  takes: () => 5,
  impact: (of) =>
    impactOf('suspend-user', [
      {
        who: { kind: 'User', id: id(of), name: of.user },
        what: `Whatever pulls or pushes at ${of.registry} as ${of.user} is refused.`,
        weight: weights.internal,
      },
    ]),
  ...stateChange<Params, Before, OciSession, Desk, Write>(
    through((of) => `User ${of.user} of ${of.registry}`),
    {
      read,
      isGone: ({ user }) => user === 'absent',
      goneIsWanted: true,
      objection: ({ isUs }, of) => (isUs ? `${of.user} is who we are: nobody could undo it.` : undefined),
      wanted: ({ user }) => user === 'suspended',
      forward: (from, of) => [edit(of, from.file, suspend, 'make a comment of')],
      back: (now, of) => [edit(of, now.file, resume, 'make count again')],
      matter: ({ user }) => user,
      steady: ({ user }) => user,
    },
  ),
  async probe(attempt, of): Promise<readonly ProbeResult[]> {
    const desk = await deskOf(attempt, of);
    const { user } = await read(desk, of);
    const accepts = await desk.ask({ method: 'GET', path: '/v2/' }, 'registry:catalog:*');
    return [
      {
        what: `${of.user} has no line that counts in the htpasswd of ${of.registry}`,
        result: user === 'known' ? 'fails' : 'holds',
        evidence: user === 'absent' ? 'It has none.' : `It is ${user}.`,
      },
      {
        what: `${of.registry} still reads its htpasswd: others are let in`,
        result: accepts.ok ? 'holds' : 'cannot-tell',
        evidence: accepts.ok ? 'Our own user was.' : `Our own user got ${accepts.status ?? accepts.reason}.`,
      },
    ];
  },
});
