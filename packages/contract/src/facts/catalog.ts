/**
 * What people say about their estate: entities in the form of Backstage's catalog (descriptor format, catalog-info.yaml), with
 * what incident response needs to know and Backstage has no field for under `firebreak`. What must stay true:
 *
 * - references are canonical (`component:default/churn`, lower case as Backstage compares them), never as abbreviated;
 * - `firebreak.nodes` and `firebreak.access` keep the addresses as written: what node they mean is for the graph to say;
 * - a relation is not an access: only `firebreak.access` says that somebody can read or write something.
 */
import { z } from 'zod';
import { line, list, maybe } from './lenient.ts';

/** `<kind>:<namespace>/<name>` in lower case. */
const reference = z
  .string()
  .max(200)
  .regex(/^[a-z]+:[a-z0-9._-]+\/[a-z0-9._-]+$/, 'not an entity reference');

export const catalogKinds = ['Component', 'Resource', 'API', 'System', 'Domain', 'Group', 'User'] as const;

/** As Backstage names them; those that an entity says about another in the other direction come second. */
export const catalogRelations = [
  'ownedBy',
  'dependsOn',
  'partOf',
  'providesApi',
  'consumesApi',
  'memberOf',
  'childOf',
  'dependencyOf',
  'parentOf',
  'hasMember',
] as const;
export type CatalogRelation = (typeof catalogRelations)[number];

export const catalogHosting = ['saas', 'cloud', 'hybrid', 'on-prem', 'edge'] as const;

export const catalogEntity = z.object({
  kind: z.enum(catalogKinds),
  metadata: z.object({
    name: z
      .string()
      .max(63)
      .regex(/^[A-Za-z0-9]+([._-]+[A-Za-z0-9]+)*$/, 'not an entity name'),
    namespace: z
      .string()
      .max(63)
      .regex(/^[a-z0-9]+(-+[a-z0-9]+)*$/, 'not an entity namespace'),
    title: maybe(line(256)),
    tags: list(line(63)),
    labels: z.record(line(320), line(256)),
  }),
  type: maybe(line(128)),
  lifecycle: maybe(line(128)),
  relations: list(z.object({ type: z.enum(catalogRelations), target: reference })),
  firebreak: z.object({
    /** Nodes of other systems that the entity speaks about: node ids, ARNs, repository, bucket or SPIFFE addresses. */
    nodes: list(line(2048)),
    owner: maybe(line(256)),
    system: maybe(line(256)),
    sla: maybe(line(256)),
    sensitivity: maybe(line(128)),
    retention: maybe(line(256)),
    permittedUse: list(line(256)),
    hosting: maybe(z.enum(catalogHosting)),
    vendor: maybe(line(256)),
    /** By topic: `notification`, `evidence`, … */
    duties: z.record(line(63), line(512)),
    impact: maybe(z.number().min(0).max(10)),
    /** Why it is a crown jewel. */
    jewel: maybe(line(512)),
    access: list(z.object({ to: line(2048), mode: z.enum(['read', 'write']) })),
    /** What is known of it as an identity or credential. */
    created: maybe(line(40)),
    expires: maybe(line(40)),
    lastUsed: maybe(line(40)),
    lifetime: maybe(z.enum(['static', 'short-lived'])),
    standing: maybe(z.enum(['standing', 'just-in-time'])),
  }),
});
export type CatalogEntity = z.output<typeof catalogEntity>;

export const catalogFactSchemas = { 'catalog.entity': catalogEntity } as const;

/** `catalog:<Kind>/<namespace>/<name>` of a canonical reference; undefined for a kind that is none of the catalog's. */
export function catalogId(target: string): string | undefined {
  const [kind = '', rest = ''] = target.split(':', 2);
  const known = catalogKinds.find((each) => each.toLowerCase() === kind);
  return known === undefined || rest === '' ? undefined : `catalog:${known}/${rest}`;
}
