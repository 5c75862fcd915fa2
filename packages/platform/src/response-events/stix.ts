/**
 * An incident as a STIX 2.1 bundle: what was seen, by whom, which techniques it stands for, and a report that holds it together.
 * Ids follow from what they name (UUID version 5), so the same incident twice is the same bundle but for what is new in it.
 * Source: OASIS STIX 2.1, sections 3.1, 4.5, 4.11, 4.14, 4.16, 5.1, 6.16.
 */
import { createHash } from 'node:crypto';
import type { Case, KeptDetection } from '@firebreak/contract';
import { canonicalJson } from '../kernel/canonical-json.ts';
import { clipped } from './clipped.ts';
import { type Technique, techniquesOf } from './techniques.ts';

/** Names of others stand in these texts. */
const bounded = (text: string) => clipped(text, 4000);

type StixObject = Readonly<Record<string, unknown>> & { readonly type: string; readonly id: string };
export interface StixBundle {
  readonly type: 'bundle';
  readonly id: string;
  readonly objects: readonly StixObject[];
}

/** Section 2.9: of the ids of cyber observables. */
const observables = '00abedb4-aa42-466c-9c01-fed23315a9b7';
/** Ours, for everything else. */
const ours = '6d1c5f0e-3f5c-4c0c-9a53-5e0fd8b7c1a4';

export function stixBundle(incident: Case): StixBundle {
  const { id, title, openedAt, last, severity, members, roots, note } = incident;
  const system = objectOf('identity', 'firebreak', openedAt, { name: 'Firebreak', identity_class: 'system' });
  const from = { created_by_ref: system.id };
  const techniques = new Map<string, StixObject>();
  const accounts = new Map<string, StixObject>();
  const seen: StixObject[] = [];
  for (const detection of members) {
    const who = detection.by.map((node) => once(accounts, node, accountOf));
    if (who.length === 0) continue;
    const observed = objectOf('observed-data', detection.id, detection.first, {
      ...from,
      first_observed: detection.first,
      last_observed: detection.last,
      number_observed: Math.max(1, Math.min(999_999_999, detection.count)),
      object_refs: who.map((account) => account.id),
    });
    seen.push(observed);
    for (const technique of techniquesOf(detection.techniques)) {
      const pattern = once(techniques, technique.id, () => patternOf(technique, openedAt, from));
      seen.push(sightingOf(detection, pattern, observed, system, from));
    }
  }
  const about = objectOf('incident', id, openedAt, {
    ...from,
    modified: latest(openedAt, last),
    name: bounded(title),
    description: bounded(
      [severity?.why ?? note, ...roots.map(({ node, why }) => `It began with ${node.id}: ${why}`)]
        .filter(Boolean)
        .join('\n'),
    ),
    labels: [severity?.level ?? 'info', incident.state],
  });
  const all = [system, about, ...techniques.values(), ...accounts.values(), ...seen];
  const report = objectOf('report', id, openedAt, {
    ...from,
    modified: latest(openedAt, last),
    name: bounded(title),
    report_types: ['incident'],
    published: latest(openedAt, last),
    object_refs: all.map((object) => object.id),
  });
  return { type: 'bundle', id: `bundle--${uuid5(ours, `bundle ${id}`)}`, objects: [...all, report] };
}

function patternOf({ id, source }: Technique, at: string, from: object): StixObject {
  return objectOf('attack-pattern', id, at, {
    ...from,
    name: id,
    external_references: [{ source_name: source, external_id: id }],
  });
}

function sightingOf(
  { id, first, last, count, title }: KeptDetection,
  pattern: StixObject,
  observed: StixObject,
  where: StixObject,
  from: object,
): StixObject {
  return objectOf('sighting', `${id} ${pattern.id}`, first, {
    ...from,
    description: bounded(title),
    first_seen: first,
    last_seen: last,
    count: Math.max(1, Math.min(999_999_999, count)),
    sighting_of_ref: pattern.id,
    observed_data_refs: [observed.id],
    where_sighted_refs: [where.id],
  });
}

/** An identity of the graph; its id is made of what it is, as the standard says for observables. */
function accountOf(node: string): StixObject {
  const user_id = bounded(node);
  const id = `user-account--${uuid5(observables, canonicalJson({ user_id }))}`;
  return {
    type: 'user-account',
    spec_version: '2.1',
    id,
    user_id,
    display_name: bounded(node.slice(node.lastIndexOf('/') + 1)),
  };
}

function objectOf(type: string, of: string, at: string, rest: object): StixObject {
  const id = `${type}--${uuid5(ours, `${type} ${of}`)}`;
  return { type, spec_version: '2.1', id, created: at, modified: at, ...rest };
}

function once(kept: Map<string, StixObject>, key: string, make: (key: string) => StixObject): StixObject {
  const known = kept.get(key);
  if (known !== undefined) return known;
  const made = make(key);
  kept.set(key, made);
  return made;
}

/** RFC 9562, section 5.5. */
function uuid5(namespace: string, name: string): string {
  const bytes = createHash('sha1')
    .update(Buffer.from(namespace.replaceAll('-', ''), 'hex'))
    .update(name)
    .digest();
  bytes[6] = ((bytes[6] as number) & 0x0f) | 0x50;
  bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80;
  const hex = bytes.subarray(0, 16).toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

function latest(one: string, other: string | null): string {
  return other !== null && other > one ? other : one;
}
