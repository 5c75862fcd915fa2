/** A call of an agent against the scopes that are written for it. */
import { approvalWords } from '../../../events/approval.ts';
import type { AgentCall } from '../call.ts';
import { named } from '../call.ts';
import { destinationsOf, roleOf } from '../destination.ts';
import { fits, type Hours, type Permission, type TaskScope } from './task-scope.ts';

export type Judgement =
  | { readonly is: 'no scope' }
  | { readonly is: 'inside'; readonly scope: string; readonly permission: number }
  | { readonly is: 'outside'; readonly scope: string; readonly where: string; readonly why: string };

/** What a conversation has used of a permission. */
export interface Used {
  calls: number;
  records: number;
  characters: number;
}

function useKey(scope: TaskScope, permission: Permission): string {
  return `${scope.name}:${permission.line}`;
}

/**
 * @param used what the conversation used of each permission before; what this call uses is added where it is inside
 */
export function judgeCall(scopes: readonly TaskScope[], call: AgentCall, used: Map<string, Used>): Judgement {
  const applying = scopes.filter(
    ({ agents, tasks }) =>
      (agents === undefined || agents.some((each) => fits(each, call.agentName))) &&
      (tasks === undefined || tasks.some((each) => fits(each, call.task ?? ''))),
  );
  let nearest: Extract<Judgement, { is: 'outside' }> | undefined;
  for (const scope of applying)
    for (const denial of scope.deny)
      if (denial.tools.some((each) => fits(each, call.tool)))
        return {
          is: 'outside',
          scope: scope.name,
          where: `${scope.file}:${denial.line}`,
          why: `${named(call.tool, call.server)} is denied: ${denial.because}`,
        };
  for (const scope of applying)
    for (const permission of scope.allow) {
      if (!permission.tools.some((each) => fits(each, call.tool))) continue;
      const key = useKey(scope, permission);
      const before = used.get(key) ?? { calls: 0, records: 0, characters: 0 };
      const now = {
        calls: before.calls + 1,
        records: before.records + call.resultItems,
        characters: before.characters + call.resultSize,
      };
      const why = beyond(permission, call, now);
      if (why === undefined) {
        used.set(key, now);
        return { is: 'inside', scope: scope.name, permission: permission.line };
      }
      nearest = { is: 'outside', scope: scope.name, where: `${scope.file}:${permission.line}`, why };
    }
  if (nearest !== undefined) return nearest;
  const [first] = applying;
  if (first === undefined) return { is: 'no scope' };
  return {
    is: 'outside',
    scope: first.name,
    where: first.file,
    why: `no permission names ${named(call.tool, call.server)}`,
  };
}

/** Why a permission does not cover a call; undefined when it does. */
function beyond(permission: Permission, call: AgentCall, now: Used): string | undefined {
  const { servers, resources, destinations, arguments: wanted, hours, approval, amounts } = permission;
  if (servers !== undefined && !servers.some((each) => fits(each, call.server ?? '')))
    return `${named(call.tool, undefined)} is allowed on other servers only, not on ${call.server ?? 'one that is not told'}`;
  const paths = resources === undefined ? [] : call.arguments.filter((leaf) => roleOf(leaf) === 'path');
  const strange = paths.find(({ text }) => isRoundabout(text) || !resources?.some((each) => fits(each, text)));
  if (strange !== undefined)
    return `the resource "${strange.text.slice(0, 100)}" (${strange.path}) is not among those allowed`;
  const far =
    destinations === undefined
      ? undefined
      : destinationsOf(call).find((each) => !destinations.some((pattern) => fits(pattern, each)));
  if (far !== undefined) return `the destination ${far} is not among those allowed`;
  for (const [name, patterns] of wanted ?? [])
    for (const { path, text } of call.arguments)
      if (path === name && !patterns.some((each) => fits(each, text)))
        return `the argument ${name} says "${text.slice(0, 100)}", which is not allowed`;
  if (hours !== undefined && !isWithin(hours, call.time)) return 'it is not allowed at this time';
  if (approval === true && call.event.approval?.state !== 'approved')
    return `it wants a person's approval, and ${call.event.approval === undefined ? 'its log tells of none' : `was ${approvalWords(call.event.approval)}`}`;
  for (const [measure, limit] of Object.entries(amounts ?? {}))
    if (now[measure as keyof Used] > limit)
      return `it makes ${now[measure as keyof Used]} ${measure} in this conversation; ${limit} are allowed`;
  return undefined;
}

/** A way that leads elsewhere than it looks. */
function isRoundabout(path: string): boolean {
  return path.split(/[/\\]/).includes('..') || /%2e|%2f|\0/i.test(path);
}

/** A span over midnight belongs to the day on which it begins. */
function isWithin({ days, from, to }: Hours, time: number): boolean {
  const at = new Date(time);
  const minute = at.getUTCHours() * 60 + at.getUTCMinutes();
  const [today, yesterday] = [at.getUTCDay(), (at.getUTCDay() + 6) % 7];
  if (from <= to) return days.includes(today) && minute >= from && minute < to;
  return (days.includes(today) && minute >= from) || (days.includes(yesterday) && minute < to);
}
