/** Options of the commands that answer questions about an estate. */
import { type Command, InvalidArgumentError } from 'commander';
import type { AttackGraph } from '../graph/attack-graph.ts';
import { queryNodes } from '../inventory/query/query.ts';
import { repeated } from './source-options.ts';

export interface AboutOptions {
  readonly now?: Date;
  readonly identities: string;
  readonly protect?: readonly string[];
}

/** Durations are relative to a moment that can be given, so that an answer can be given again. */
export function withNow(command: Command): Command {
  return command.option('--now <time>', 'the moment that durations are relative to (default: now)', moment);
}

/** Whose reach is meant, and to what. */
export function withExposure(command: Command): Command {
  return withNow(command)
    .option('--identities <query>', 'whose reach is looked at', 'class = identity')
    .option('--protect <query>', 'what matters; may be repeated (default: the crown jewels)', repeated);
}

/** The nodes that the options mean. @throws FirebreakError FB-QUERY-INVALID, FB-QUERY-COSTLY */
export function chosenNodes(graph: AttackGraph, options: AboutOptions): { identities: number[]; protect: number[] } {
  const now = nowOf(options);
  const meant = new Set((options.protect ?? ['jewel']).flatMap((text) => queryNodes(graph, text, now)));
  return { identities: queryNodes(graph, options.identities, now), protect: [...meant].sort((a, b) => a - b) };
}

/** The one place where an answer's clock is read. */
export function nowOf({ now }: { readonly now?: Date }): Date {
  return now ?? new Date();
}

/** Reads an option that is a moment. */
export function moment(text: string): Date {
  const time = new Date(text);
  if (!/^\d{4}-\d\d-\d\d/.test(text) || Number.isNaN(time.getTime()))
    throw new InvalidArgumentError('It is no moment such as 2026-01-31 or 2026-01-31T10:00:00Z.');
  return time;
}
