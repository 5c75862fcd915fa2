/** The statements about one subject among all that were given: signed by somebody who is believed in it, or told why not. */
import type { NotRead, PromotionSubject } from '@firebreak/contract';
import { printable } from '../../intake/foreign.ts';
import type { JudgedStatement } from '../attestations/envelope.ts';
import type { TrustedIn } from '../trust.ts';

export type SignedStatement = Extract<JudgedStatement, { ok: true }>;

export interface Attested {
  readonly signed: readonly SignedStatement[];
  /** Statements of the kind that do not count, each in a sentence; whoever reads them on adds to it. */
  readonly passedOver: string[];
}

/** @param kinds predicate types. @param belief what a signer must be believed in */
export function attestedOf(
  statements: readonly JudgedStatement[],
  { digest }: Pick<PromotionSubject, 'digest'>,
  kinds: readonly string[],
  belief: TrustedIn,
): Attested {
  const signed: SignedStatement[] = [];
  const passedOver: string[] = [];
  for (const judged of statements) {
    const about = judged.ok ? judged.statement : judged.claims;
    if (about === undefined || !kinds.includes(about.predicateType)) continue;
    if (!about.subject.some((one) => digest !== undefined && `sha256:${one.digest.sha256 ?? ''}` === digest))
      passedOver.push('One is about another artifact.');
    else if (!judged.ok) passedOver.push(judged.why);
    else if (!judged.signer.may.includes(belief))
      passedOver.push(`${printable(judged.signer.name)} signed one, and is not trusted to (${belief}).`);
    else signed.push(judged);
  }
  return { signed, passedOver };
}

/** What is not there, with what was there instead. */
export function absent(what: string, passedOver: readonly string[], next: string): NotRead {
  return { state: 'absent', why: [`There is no ${what}.`, ...new Set(passedOver)].join(' ').slice(0, 2000), next };
}
