import { type Role, roles } from '@firebreak/contract/incident';
import { useQuery } from '@tanstack/react-query';
import type { AnswerOf } from './client.ts';
import { sessionQuery } from './queries.ts';

export type Principal = AnswerOf<'me'>;

/** Whether a person may do what needs `least`: each role may do what the ones before it may. */
export function may(principal: Principal | null | undefined, least: Role): boolean {
  return principal != null && roles.indexOf(principal.role) >= roles.indexOf(least);
}

/** The signed-in person; pages below the shell always have one. */
export function usePrincipal(): Principal | null {
  return useQuery(sessionQuery).data ?? null;
}
