/** The identity policy that reading needs, made of what the readings declare: not an action more. */
import { scopes } from './collect.ts';

/** JSON ready to attach. There are no actions yet that need more. */
export function permissionsJson(): string {
  const allowed = [...new Set(scopes.flatMap(({ operations }) => Object.values(operations)))].sort();
  const statement = { Sid: 'FirebreakReads', Effect: 'Allow', Action: allowed, Resource: '*' };
  return `${JSON.stringify({ Version: '2012-10-17', Statement: [statement] }, null, 2)}\n`;
}
