/**
 * Users of the basic-auth application and what they may do. Since MLflow 3.10 permissions hang on roles and are listed by the
 * API 3.0; before that they came with the user. Nobody is told the permission that everybody has by default: it stands in the
 * server's configuration, and is a gap.
 */
import type { Collected } from '@firebreak/contract';
import { array, field, text, textAt } from '../../intake/foreign.ts';
import { gap } from '../../intake/gap.ts';
import { gapOfHttp, type HttpClient } from '../../intake/http.ts';
import { inOrder } from '../../intake/in-order.ts';
import { type Place, userFact } from './describe.ts';

const width = 4;
const maxUsers = 10_000;
const kinds = ['mlflow.user'];

export async function* usersOf(client: HttpClient, place: Place, signal: AbortSignal): AsyncGenerator<Collected> {
  const path = '/api/2.0/mlflow/users/list';
  const listed = await client.json({ path }, signal);
  const untold = 'The permission that users have by default is not told; READ is what MLflow ships with.';
  yield { gap: gap('FB-ACCESS-UNTOLD', kinds, place.at, untold) };
  if (!listed.ok) {
    yield { gap: gapOfHttp(listed, kinds, `${place.at}${path}`) };
    return;
  }
  const users = array(field(listed.value, 'users'))
    .flatMap((user) => {
      const username = textAt(user, 'username');
      return username === undefined ? [] : [{ username, admin: field(user, 'is_admin') === true }];
    })
    .sort((a, b) => (a.username < b.username ? -1 : 1));
  if (users.length > maxUsers)
    yield { gap: gap('FB-LIMIT-REACHED', kinds, `${place.at}${path}`, `Read were ${maxUsers} users.`) };
  for await (const read of inOrder(users.slice(0, maxUsers), width, (user) => readUser(client, place, user, signal)))
    yield* read;
}

async function readUser(
  client: HttpClient,
  place: Place,
  { username, admin }: { readonly username: string; readonly admin: boolean },
  signal: AbortSignal,
): Promise<readonly Collected[]> {
  const path = '/api/3.0/mlflow/users/permissions/list';
  const rows = await client.json({ path, query: { username } }, signal);
  if (rows.ok) {
    const permissions = array(field(rows.value, 'permissions')).map((row) => ({
      resource: textAt(row, 'resource_type'),
      pattern: textAt(row, 'resource_pattern'),
      permission: textAt(row, 'permission'),
      role: textAt(row, 'role_name'),
    }));
    return [userFact(place, username, admin, permissions)];
  }
  if (rows.failure !== 'not-found')
    return [userFact(place, username, admin, []), { gap: gapOfHttp(rows, kinds, `${place.at}${path}`) }];
  const user = await client.json({ path: '/api/2.0/mlflow/users/get', query: { username } }, signal);
  if (!user.ok) return [{ gap: gapOfHttp(user, kinds, `${place.at}/api/2.0/mlflow/users/get`) }];
  return [userFact(place, username, admin, olderPermissions(field(user.value, 'user')))];
}

function olderPermissions(user: unknown): readonly object[] {
  const of = (list: string, resource: string, name: string) =>
    array(field(user, list)).map((row) => ({
      resource,
      pattern: text(field(row, name)),
      permission: textAt(row, 'permission'),
    }));
  return [
    ...of('experiment_permissions', 'experiment', 'experiment_id'),
    ...of('registered_model_permissions', 'registered_model', 'name'),
  ];
}
