/** What our own user must be granted: reading on everything, and for levers what each of them changes. */
import type { AnyAction } from '@firebreak/contract';
import type { MlflowSession } from './session.ts';

const reading = `# What Firebreak needs of an MLflow server with the basic-auth application: to read, on everything.
# An administrator creates the user and grants it, for each workspace:
#   POST /api/2.0/mlflow/users/create                 {"username": "firebreak", "password": "…"}
#   POST /api/3.0/mlflow/users/permissions/grant      {"username": "firebreak", "resource_type": "experiment", "resource_id": "*", "permission": "READ"}
#   POST /api/3.0/mlflow/users/permissions/grant      {"username": "firebreak", "resource_type": "registered_model", "resource_id": "*", "permission": "READ"}
# Other users and their permissions are shown to administrators only; without that they are a gap.
`;

/** `wanted`: ids of actions; an unknown id needs nothing. */
export function permissionsText(wanted: readonly string[], actions: readonly AnyAction<MlflowSession>[]): string {
  const needs = actions.filter(({ id }) => wanted.includes(id)).flatMap(({ permissions }) => permissions);
  if (needs.length === 0) return reading;
  const list = [...new Set(needs)].sort().map((need) => `#   ${need}\n`);
  return `${reading}# To act, the same user needs besides:\n${list.join('')}`;
}
