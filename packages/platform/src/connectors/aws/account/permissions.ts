/**
 * The identity policy that Firebreak needs: for reading, made of what the readings declare, and one statement for each resource
 * pattern of the actions that it may carry out. Not an action more.
 */
import type { AnyAction } from '@firebreak/contract';
import { scopes } from './collect.ts';

/** JSON ready to attach. `wanted`: ids of actions; an unknown id needs nothing. */
export function permissionsJson(wanted: readonly string[], actions: readonly AnyAction[]): string {
  const allowed = [...new Set(scopes.flatMap(({ operations }) => Object.values(operations)))].sort();
  const reading = { Sid: 'FirebreakReads', Effect: 'Allow', Action: allowed, Resource: '*' };
  const needed = actions.filter(({ id }) => wanted.includes(id)).flatMap(({ permissions }) => permissions);
  const byResource = Map.groupBy(new Set(needed), (permission) => permission.slice(permission.indexOf(' ') + 1));
  const acting = [...byResource]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([Resource, each], index) => ({
      Sid: `FirebreakActs${index + 1}`,
      Effect: 'Allow',
      Action: each.map((permission) => permission.slice(0, permission.indexOf(' '))).sort(),
      Resource,
    }));
  return `${JSON.stringify({ Version: '2012-10-17', Statement: [reading, ...acting] }, null, 2)}\n`;
}
