/**
 * The non-human identities of an estate and what is wrong with them (A2, A6). What is not known is not counted against anybody:
 * an identity without a record of use is not stale, and the answer says of how many the last use is known.
 */
import {
  type Identities,
  type IdentityFinding,
  type IdentityRow,
  identityFindings,
  nodeRef,
} from '@firebreak/contract';
import type { AttackGraph } from '../graph/attack-graph.ts';
import { jewelsOf } from '../graph/jewels.ts';
import { impactOf } from './impact.ts';
import { queryNodes } from './query/query.ts';
import { reachTable } from './reach-table.ts';
import { functionsOf, usersOf, wholesOf } from './wiring.ts';

export interface IdentitiesQuestion {
  readonly now: Date;
  /** Which are looked at. */
  readonly query?: string;
  /** Without use for so long, in milliseconds, is stale. */
  readonly staleAfter?: number;
  /** Only those that have all of these findings. */
  readonly only?: readonly IdentityFinding[];
}

const day = 86_400_000;
const defaultStale = 90 * day;

/** The answer of `firebreak identities`, those that reach most first. @throws FirebreakError FB-QUERY-INVALID, FB-QUERY-COSTLY */
export function identitiesOf(graph: AttackGraph, question: IdentitiesQuestion): Identities {
  const { now, query = 'class in (identity, credential)', staleAfter = defaultStale, only = [] } = question;
  const nodes = queryNodes(graph, query, now);
  const jewels = jewelsOf(graph);
  const impacts = jewels.map((jewel) => impactOf(graph.nodeAt(jewel)).value);
  const table = reachTable(graph.hypergraph, nodes, jewels);
  const counts = {
    total: nodes.length,
    lastUseKnown: 0,
    ageKnown: 0,
    expiryKnown: 0,
    findings: Object.fromEntries(identityFindings.map((finding) => [finding, 0])) as Record<IdentityFinding, number>,
  };
  const rows: IdentityRow[] = [];
  for (const [place, number] of nodes.entries()) {
    const row = rowOf(graph, number, now, staleAfter);
    const reached = table.reachedFrom(place);
    if (row.tenure?.lastUsed !== undefined) counts.lastUseKnown += 1;
    if (row.days.age !== undefined) counts.ageKnown += 1;
    if (row.days.left !== undefined) counts.expiryKnown += 1;
    for (const { finding } of row.findings) counts.findings[finding] += 1;
    if (!only.every((wanted) => row.findings.some(({ finding }) => finding === wanted))) continue;
    rows.push({
      ...row,
      reaches: reached.length,
      score: reached.reduce((sum, jewel) => sum + (impacts[jewel] as number), 0),
    });
  }
  rows.sort((a, b) => b.score - a.score || b.reaches - a.reaches || (a.id < b.id ? -1 : 1));
  return { now: now.toISOString(), identities: rows, counts, completeness: graph.completeness };
}

function rowOf(graph: AttackGraph, number: number, now: Date, staleAfter: number): IdentityRow {
  const node = graph.nodeAt(number);
  const { tenure } = node;
  const users = usersOf(graph, number);
  const wholes = [...new Set(users.flatMap((user) => wholesOf(graph, user)))].sort((a, b) => a - b);
  const functions = functionsOf(graph, number, users);
  const age = gone(since(tenure?.created, now));
  const idle = gone(since(tenure?.lastUsed, now));
  const past = since(tenure?.expires, now);
  const findings: IdentityRow['findings'] = [];
  const add = (finding: IdentityFinding, why: string) => findings.push({ finding, why });

  if (idle !== undefined && idle > staleAfter) add('stale', `last used ${days(idle)} days ago`);
  if (tenure?.lastUsed === 'never') {
    if (age === undefined || age > staleAfter) add('stale', 'never used');
    add('unused', 'its system keeps record of use, and there is none');
  } else if (tenure?.lastUsed === undefined && users.length === 0) {
    add('unattached', 'nothing in the estate runs with it, and no use is on record');
  }
  if (past !== undefined && past > 0) add('expired', `expired ${days(past)} days ago`);
  if (wholes.length > 1) add('shared', `${wholes.length} workloads run with it`);
  if (functions.length > 1) add('several-functions', `it serves ${functions.join(' and ')}`);
  if (tenure?.lifetime === 'static') add('static', 'it is valid until somebody takes it away');
  if (tenure?.access === 'standing') add('standing', 'its access is there whether needed or not');
  // What was used of late has somebody, wherever they are.
  const abandoned = users.length === 0 && (idle === undefined || idle > staleAfter);
  if (tenure?.lifetime === 'static' && abandoned && (past === undefined || past <= 0))
    add('outlives-workload', 'it is static, still valid, and nothing runs with it any more');

  return {
    ...nodeRef(node),
    class: node.class,
    ...(node.about?.owner === undefined ? {} : { owner: node.about.owner }),
    ...(tenure === undefined ? {} : { tenure: { ...tenure } }),
    days: {
      ...(age === undefined ? {} : { age: days(age) }),
      ...(idle === undefined ? {} : { idle: days(idle) }),
      ...(past === undefined ? {} : { left: Math.floor(-past / day) }),
    },
    usedBy: wholes.map((whole) => nodeRef(graph.nodeAt(whole))),
    functions,
    reaches: 0,
    score: 0,
    findings,
  };
}

/** Milliseconds since a moment; undefined for what is none. */
function since(moment: string | undefined, now: Date): number | undefined {
  const time = moment === undefined ? Number.NaN : Date.parse(moment);
  return Number.isNaN(time) ? undefined : now.getTime() - time;
}

/** Where clocks differ something may have been made or used in what we take for the future: that tells no age. */
function gone(span: number | undefined): number | undefined {
  return span === undefined || span < 0 ? undefined : span;
}

function days(span: number): number {
  return Math.floor(span / day);
}
