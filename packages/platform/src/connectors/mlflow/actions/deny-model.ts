import { defineAction, mlflowId } from '@firebreak/contract';
import { z } from 'zod';
import type { JsonDesk, JsonWrite } from '../../../exchange/json-desk.ts';
import { stateChange } from '../../../exchange/state-change.ts';
import { array, field, textAt } from '../../../intake/foreign.ts';
import type { MlflowSession } from '../session.ts';
import { deskOf, serverExchange, serverParam, withQuery, wordParam } from './exchange/desk.ts';
import { impactOf } from './impact/legitimate-use.ts';

const params = z.object({ server: serverParam, username: wordParam, name: wordParam });
type Params = z.infer<typeof params>;
const before = z.object({
  /** Whether there is such a user. */
  user: z.boolean(),
  admin: z.boolean(),
  /** What the user was granted on the model by name; null for nothing. */
  permission: z.string().nullable(),
});
type Before = z.infer<typeof before>;

const id = ({ server, username }: Params) => mlflowId('User', server, username);
const grant = (of: Params, permission: string): JsonWrite => ({
  verb: 'patch',
  object: id(of),
  method: 'POST',
  path: '/api/3.0/mlflow/users/permissions/grant',
  body: { username: of.username, resource_type: 'registered_model', resource_id: of.name, permission },
});
const revoke = (of: Params): JsonWrite => ({
  verb: 'delete',
  object: id(of),
  method: 'POST',
  path: '/api/3.0/mlflow/users/permissions/revoke',
  body: { username: of.username, resource_type: 'registered_model', resource_id: of.name },
});

async function read(desk: JsonDesk, { username, name }: Params): Promise<Before> {
  const answer = await desk.get(withQuery('/api/3.0/mlflow/users/permissions/list', { username }));
  if (answer === null) return { user: false, admin: false, permission: null };
  // What came by a role of several people is not the user's own, and a denial of their own wins over it.
  const own = array(field(answer, 'permissions')).find(
    (row) =>
      textAt(row, 'resource_type') === 'registered_model' &&
      textAt(row, 'resource_pattern') === name &&
      /^__user_/.test(textAt(row, 'role_name') ?? '__user_'),
  );
  return { user: true, admin: field(answer, 'is_admin') === true, permission: textAt(own, 'permission') ?? null };
}

/** Denies a user one registered model, reading included. A denial wins over whatever roles and defaults give. */
export default defineAction<Params, Before, MlflowSession>({
  id: 'mlflow.deny-model',
  title: 'Deny user a registered model',
  stage: 'access',
  targetKinds: ['User'],
  params,
  before,
  permissions: ['administrator (users/permissions/list, users/permissions/grant, users/permissions/revoke)'],
  target: (of) => ({ kind: 'User', id: id(of), name: of.username }),
  describe: (of) => `Deny user ${of.username} the registered model ${of.name}, reading included.`,
  undoes: (of) => `User ${of.username} has on ${of.name} what they were granted before, or nothing of their own.`,
  drastic: () => false,
  takes: () => 3,
  impact: (of, estate) => impactOf('deny-model', estate, of, `${of.username} neither reads nor changes it.`),
  ...stateChange<Params, Before, MlflowSession, JsonDesk, JsonWrite>(
    serverExchange((of) => `The permission of ${of.username} on ${of.name}`),
    {
      read,
      isGone: ({ user }) => !user,
      goneIsWanted: true,
      objection: ({ admin }) => (admin ? 'An administrator is denied nothing.' : undefined),
      wanted: ({ permission }) => permission === 'DENY',
      // What was granted by name must go first: the server takes one grant for each name.
      forward: ({ permission }, of) => [...(permission === null ? [] : [revoke(of)]), grant(of, 'DENY')],
      between: ({ permission }, _, was) => permission === null && was.permission !== null,
      back: ({ permission }, of, was) => [
        ...(permission === null ? [] : [revoke(of)]),
        ...(was.permission === null ? [] : [grant(of, was.permission)]),
      ],
      matter: ({ permission }) => permission,
      steady: ({ permission }) => permission,
    },
  ),
  probe: async (attempt, of) => {
    const { permission } = await read(deskOf(attempt, of.server), of);
    return [
      {
        what: `The server denies ${of.username} the model ${of.name}`,
        result: permission === 'DENY' ? 'holds' : 'fails',
        evidence: `It says ${permission ?? 'nothing'} for them. Only they themselves could try it.`,
      },
    ];
  },
});
