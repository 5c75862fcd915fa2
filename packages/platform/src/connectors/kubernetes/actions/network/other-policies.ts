/**
 * What stays allowed although a default-deny is in place. NetworkPolicies only ever allow, and they add up: a pod that any
 * policy selects for a direction may do in it what all such policies together allow. A default-deny allows nothing and
 * forbids nothing that another policy allows (kubernetes.io/docs/concepts/services-networking/network-policies).
 */
import { z } from 'zod';
import { array, at, record, stringMap, text, textAt } from '../../../../intake/foreign.ts';
import type { ApiObject } from '../../api.ts';
import { selects } from '../objects/label-selector.ts';
import { nameOf, present } from '../objects/object-meta.ts';

export type Direction = 'ingress' | 'egress' | 'both';
export const directions = { ingress: ['Ingress'], egress: ['Egress'], both: ['Ingress', 'Egress'] } as const;

/** Another policy that may select some of the same pods, and what it allows them. */
export const otherPolicySchema = z.object({
  name: z.string(),
  /** Each allow rule in the isolated direction, in words. Empty when it allows nothing there. */
  allows: z.array(z.string()),
});
export type OtherPolicy = z.infer<typeof otherPolicySchema>;

/** The policies of a namespace, but for `except`, that can select a pod which the selector (null: every pod) selects. */
export function otherPolicies(
  policies: readonly ApiObject[],
  except: string,
  selector: Readonly<Record<string, string>> | null,
  direction: Direction,
): OtherPolicy[] {
  return policies
    .filter((policy) => nameOf(policy) !== except && canMeet(at(policy, 'spec', 'podSelector'), selector ?? {}))
    .map((policy) => ({
      name: nameOf(policy),
      allows: directions[direction].flatMap((type) => allowed(policy, type)),
    }));
}

/** Whether some pod could be selected by both; only a contradiction on one key rules it out. */
function canMeet(selector: unknown, labels: Readonly<Record<string, string>>): boolean {
  const wanted = stringMap(at(selector, 'matchLabels'));
  if (Object.entries(wanted).some(([key, value]) => labels[key] !== undefined && labels[key] !== value)) return false;
  return array(at(selector, 'matchExpressions')).every((expression) => {
    const value = labels[textAt(expression, 'key') ?? ''];
    return value === undefined || selects({ matchExpressions: [expression] }, labels);
  });
}

function allowed(policy: ApiObject, type: 'Ingress' | 'Egress'): readonly string[] {
  const types = array(at(policy, 'spec', 'policyTypes')).map((entry) => text(entry));
  const rules = array(at(policy, 'spec', type.toLowerCase()));
  // Without types a policy is about ingress, and about egress when it has egress rules.
  const covers = types.length > 0 ? types.includes(type) : type === 'Ingress' || rules.length > 0;
  return covers ? rules.map((rule) => inWords(rule, type)) : [];
}

function inWords(rule: unknown, type: 'Ingress' | 'Egress'): string {
  const peers = array(at(rule, type === 'Ingress' ? 'from' : 'to'));
  const ports = array(at(rule, 'ports')).map((port) => `${textAt(port, 'protocol') ?? 'TCP'} ${portInWords(port)}`);
  const who = peers.length === 0 ? 'anywhere' : peers.map(peerInWords).join(' or ');
  return `${type === 'Ingress' ? 'from' : 'to'} ${who}${ports.length === 0 ? '' : ` on ${ports.join(', ')}`}`;
}

function portInWords(port: unknown): string {
  const first = present(port, 'port');
  if (first === undefined) return 'any port';
  const last = present(port, 'endPort');
  return last === undefined ? String(first) : `${String(first)} to ${String(last)}`;
}

function peerInWords(peer: unknown): string {
  const block = textAt(peer, 'ipBlock', 'cidr');
  if (block !== undefined) return block;
  const pods = record(at(peer, 'podSelector'));
  const namespaces = record(at(peer, 'namespaceSelector'));
  const parts = [
    pods === undefined ? 'any pod' : `pods ${selectorInWords(pods)}`,
    namespaces === undefined ? 'of its namespace' : `of namespaces ${selectorInWords(namespaces)}`,
  ];
  return parts.join(' ');
}

function selectorInWords(selector: unknown): string {
  const labels = Object.entries(stringMap(at(selector, 'matchLabels'))).map(([key, value]) => `${key}=${value}`);
  const expressions = array(at(selector, 'matchExpressions')).map(
    (each) => `${textAt(each, 'key') ?? '?'} ${textAt(each, 'operator') ?? '?'} ${array(at(each, 'values')).join('|')}`,
  );
  const all = [...labels, ...expressions];
  return all.length === 0 ? '(any)' : `(${all.join(', ')})`;
}
