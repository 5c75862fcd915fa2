/**
 * What evaluations of this very artifact gave: in-toto test results (`test-result/v0.1`), and our own predicate where there are numbers
 * (`{"evaluations": [{"name", "passed", "metrics": {"accuracy": 0.93}}]}`), signed by somebody who is believed in it. Of several
 * results of one name the worst counts: a second run must not hide the first.
 */
import type { PromotionFindings, PromotionSubject } from '@firebreak/contract';
import { z } from 'zod';
import { printable } from '../../intake/foreign.ts';
import type { JudgedStatement } from '../attestations/envelope.ts';
import { absent, attestedOf } from './attested.ts';

const testResultType = 'https://in-toto.io/attestation/test-result/v0.1';
export const evaluationType = 'https://firebreak.dev/evaluation/v1';

const name = z.string().max(200);
const testResultSchema = z.object({
  result: z.enum(['PASSED', 'WARNED', 'FAILED']),
  configuration: z.array(z.object({ name: name.optional(), uri: z.string().max(2000).optional() })).default([]),
  failedTests: z.array(name).max(100_000).default([]),
});
const evaluationSchema = z.object({
  evaluations: z
    .array(z.object({ name, passed: z.boolean(), metrics: z.record(name, z.number()).default({}) }))
    .min(1)
    .max(1000),
});

export function evaluationsFinding(
  subject: PromotionSubject,
  statements: readonly JudgedStatement[],
): PromotionFindings['evaluations'] {
  const { signed, passedOver } = attestedOf(statements, subject, [testResultType, evaluationType], 'evaluate');
  const results = new Map<string, boolean>();
  const metrics: Record<string, number> = {};
  const say = (which: string, passed: boolean) => results.set(which, (results.get(which) ?? true) && passed);
  let read = 0;
  for (const { statement } of signed) {
    const test = testResultSchema.safeParse(statement.predicate);
    const evaluation = evaluationSchema.safeParse(statement.predicate);
    if (statement.predicateType === testResultType && test.success) {
      const { result, configuration, failedTests } = test.data;
      const [of] = configuration;
      say(of?.name ?? of?.uri?.slice(0, 200) ?? 'tests', result === 'PASSED' && failedTests.length === 0);
      read += 1;
    } else if (statement.predicateType === evaluationType && evaluation.success) {
      for (const each of evaluation.data.evaluations) {
        say(each.name, each.passed);
        for (const [metric, value] of Object.entries(each.metrics))
          metrics[metric] = Math.min(metrics[metric] ?? Number.POSITIVE_INFINITY, value);
      }
      read += 1;
    } else passedOver.push('One is not of the form that its type says.');
  }
  if (read === 0)
    return absent(
      'evaluation that counts',
      passedOver,
      'Attach signed results about this digest (--attestation FILE).',
    );
  const passed = [...results].flatMap(([which, good]) => (good ? [which] : []));
  const failed = [...results].flatMap(([which, good]) => (good ? [] : [which]));
  return {
    state: 'read',
    verified: true,
    passed,
    failed,
    metrics,
    why:
      failed.length === 0
        ? `It passed ${passed.length} evaluations: ${printable(passed.join(', '))}.`
        : `It did not pass ${printable(failed.join(', '))}.`,
    next: failed.length === 0 ? '' : 'See why it failed; a result is not taken back by another run.',
  };
}
