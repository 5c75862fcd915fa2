/**
 * Three ways to cut somebody out of a trust policy, as functions from document to document: take out a statement, take a principal
 * out of every allowing statement, or add a deny for one principal (and, with an identity provider, one subject). IAM wants at
 * least one statement, so that where none would be left one stays that lets nobody in.
 */
import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { array, type Foreign, record } from '../../../../intake/foreign.ts';
import { statementsOf, withStatements } from './document.ts';

const principalType = z.enum(['AWS', 'Service', 'Federated']);
const principalName = z.string().regex(/^[\w:/.@*+=,-]{1,2048}$/, 'not a principal');

export const trustCut = z.discriminatedUnion('by', [
  z.object({ by: z.literal('statement'), statement: z.record(z.string(), z.unknown()) }),
  z.object({ by: z.literal('principal'), type: principalType, name: principalName }),
  z.object({
    by: z.literal('deny'),
    type: principalType,
    name: principalName,
    /** Of the identity provider's token: the condition key and its value, wildcards allowed. */
    subject: z.object({ key: z.string().regex(/^[\w./:-]{1,256}$/), value: z.string().min(1).max(1024) }).optional(),
  }),
]);
export type TrustCut = z.output<typeof trustCut>;

const assume = {
  AWS: ['sts:AssumeRole'],
  Service: ['sts:AssumeRole'],
  Federated: ['sts:AssumeRoleWithWebIdentity', 'sts:AssumeRoleWithSAML'],
} as const;

const nobody = { Sid: 'FirebreakNobody', Effect: 'Deny', Principal: { AWS: '*' }, Action: 'sts:AssumeRole' };

/** The document after the cut; the same where there is nothing to cut. */
export function cutOut(text: string, cut: TrustCut): string {
  const statements = statementsOf(text);
  if (cut.by === 'deny') {
    const denial = denialOf(cut);
    if (statements.some((each) => isDeepStrictEqual(each, denial))) return text;
    return withStatements(text, [...statements, denial]);
  }
  const rest =
    cut.by === 'statement'
      ? statements.filter((each) => !isDeepStrictEqual(each, cut.statement))
      : statements.flatMap((each) => withoutPrincipal(each, cut.type, cut.name));
  if (isDeepStrictEqual(rest, statements)) return text;
  return withStatements(text, rest.length === 0 ? [nobody] : rest);
}

/** What the cut is about, and nothing else of the document: how it stands now. */
export function matterOf(text: string, cut: TrustCut): unknown {
  const statements = statementsOf(text);
  switch (cut.by) {
    case 'deny':
      return statements.some((each) => isDeepStrictEqual(each, denialOf(cut)));
    case 'statement':
      return statements.filter((each) => isDeepStrictEqual(each, cut.statement)).length;
    case 'principal':
      return statements.filter((each) => !isDeepStrictEqual(withoutPrincipal(each, cut.type, cut.name), [each])).length;
  }
}

/** Takes back what the cut added, where only that is needed. */
export function withoutDenial(text: string, cut: Extract<TrustCut, { by: 'deny' }>): string {
  return withStatements(
    text,
    statementsOf(text).filter((each) => !isDeepStrictEqual(each, denialOf(cut))),
  );
}

function denialOf({ type, name, subject }: Extract<TrustCut, { by: 'deny' }>): Foreign {
  const digest = createHash('sha256')
    .update(JSON.stringify([type, name, subject ?? null]))
    .digest('hex');
  return {
    Sid: `FirebreakCut${digest.slice(0, 12)}`,
    Effect: 'Deny',
    Principal: { [type]: name },
    Action: type === 'Federated' && name.includes(':saml-provider/') ? assume.Federated[1] : assume[type][0],
    ...(subject === undefined ? {} : { Condition: { StringLike: { [subject.key]: subject.value } } }),
  };
}

/** A statement without a principal: unchanged, narrowed, or gone. What denies stays. */
function withoutPrincipal(statement: Foreign, type: string, name: string): readonly Foreign[] {
  if (statement.Effect !== 'Allow') return [statement];
  if (statement.Principal === '*') return type === 'AWS' && name === '*' ? [] : [statement];
  const principals = record(statement.Principal);
  const listed = principals?.[type];
  const names = typeof listed === 'string' ? [listed] : array(listed);
  const rest = names.filter((each) => each !== name);
  if (principals === undefined || rest.length === names.length) return [statement];
  const others = Object.fromEntries(Object.entries(principals).filter(([key]) => key !== type));
  if (rest.length === 0 && Object.keys(others).length === 0) return [];
  const narrowed = rest.length === 0 ? {} : { [type]: rest.length === 1 ? rest[0] : rest };
  return [{ ...statement, Principal: { ...others, ...narrowed } }];
}
