import type { PromotionFindings, PromotionRequest } from '@firebreak/contract';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { decidePromotion } from './decide.ts';
import { openPromotionPolicy, type PromotionPolicy, promotionPolicy } from './policy.ts';
import { good, request } from './testing/good.case.ts';

let policy: PromotionPolicy;
beforeAll(async () => {
  policy = await openPromotionPolicy();
});

const states = (of: PromotionRequest, findings: PromotionFindings) =>
  Object.fromEntries(decidePromotion(of, findings, policy).requirements.map(({ id, state }) => [id, state]));

describe('the policies that come along', () => {
  test('let through what has everything, and list every requirement as met', () => {
    const decided = decidePromotion(request(), good(), policy);
    expect(decided.decision).toBe('allow');
    expect(decided.requirements.map(({ id, state }) => `${id} ${state}`)).toEqual(
      policy.requirements.map(({ id }) => `${id} met`),
    );
  });

  test('what was not read is missing, what is bad has failed, and the message says how to go on', () => {
    const decided = decidePromotion(
      request(),
      {
        ...good(),
        signature: { state: 'absent', why: 'There is no signature.', next: 'Give --signature.' },
        scan: { state: 'read', why: 'It calls os.system.', next: '', verdict: 'unsafe', at: request().at, rules: [] },
      },
      policy,
    );
    expect(decided.decision).toBe('deny');
    expect(decided.requirements.filter(({ state }) => state !== 'met')).toMatchObject([
      {
        id: 'signed',
        state: 'missing',
        why: 'There is no signature.',
        next: expect.stringContaining('Give --signature.'),
      },
      { id: 'scanned-safe', state: 'failed', why: 'It calls os.system.' },
      { id: 'not-unsafe', state: 'failed' },
    ]);
    expect(decided.why).toContain('signed (There is no signature)');
  });

  test('a tag, an open incident, a past one without sign-off are refused', () => {
    const byTag = request({ subject: { ...request().subject, byDigest: false } });
    expect(states(byTag, good())['by-digest']).toBe('failed');
    const { digest: _, ...unidentified } = request().subject;
    expect(states(request({ subject: unidentified }), good())['by-digest']).toBe('missing');
    const open = { ...good().incidents, state: 'read' as const, open: ['inc_1'], past: [] };
    expect(states(request(), { ...good(), incidents: open })['no-open-incident']).toBe('failed');
    const past = { ...open, open: [], past: ['inc_1', 'inc_2'] };
    expect(states(request(), { ...good(), incidents: past })['recovery-signed-off']).toBe('missing');
    const signedOff = {
      state: 'read' as const,
      why: '',
      next: '',
      incidents: ['inc_2', 'inc_1'],
      signedOffBy: ['ada'],
    };
    expect(decidePromotion(request(), { ...good(), incidents: past, recovery: signedOff }, policy).decision).toBe(
      'allow',
    );
  });

  test('a stage nobody knows counts as production; development wants little', () => {
    const bare = { ...good(), provenance: { state: 'absent' as const, why: 'None.', next: '' } };
    expect(decidePromotion(request({ stage: 'prod-eu' }), bare, policy).decision).toBe('deny');
    expect(decidePromotion(request({ stage: 'staging' }), bare, policy).decision).toBe('allow');
    const nothing = Object.fromEntries(
      Object.keys(good()).map((name) => [name, { state: 'unread', why: 'Not looked at.', next: 'Look.' }]),
    ) as PromotionFindings;
    expect(decidePromotion(request({ stage: 'development' }), nothing, policy).decision).toBe('allow');
    expect(Object.values(states(request(), nothing)).filter((state) => state === 'met')).toHaveLength(2 + 1);
  });

  test('taking any one finding away from a good promotion to production never lets more through', () => {
    fc.assert(
      fc.property(fc.subarray(Object.keys(good()) as (keyof PromotionFindings)[]), (away) => {
        const gone = Object.fromEntries(away.map((name) => [name, { state: 'unread', why: 'Gone.', next: 'Look.' }]));
        const decided = decidePromotion(request(), { ...good(), ...gone } as PromotionFindings, policy);
        // Of recovery nothing is needed where nothing happened.
        expect(decided.decision).toBe(away.every((name) => name === 'recovery') ? 'allow' : 'deny');
      }),
      { numRuns: 40 },
    );
  });
});

describe('policies of one’s own', () => {
  const own = (text: string) => promotionPolicy([...policy.texts, { file: 'own.cedar', text }]);
  const forbid = 'forbid (principal, action == Firebreak::Action::"promote", resource)';

  test('thresholds and counts by role', async () => {
    const accurate = await own(`@id("accurate") @what("Accuracy of 0.9") @about("evaluations") @next("Train.")
      ${forbid} unless { resource.metrics.hasTag("accuracy") && resource.metrics.getTag("accuracy").greaterThanOrEqual(decimal("0.9")) };
      @id("two") @what("Two of security") @about("approvals") @next("Ask.")
      ${forbid} when { context.environment == "eu" } unless { resource.approvers.hasTag("security") && resource.approvers.getTag("security") >= 2 };`);
    expect(decidePromotion(request(), good(), accurate).decision).toBe('allow');
    const read = good().evaluations;
    const worse = { ...read, metrics: { accuracy: 0.8999 } } as PromotionFindings['evaluations'];
    expect(decidePromotion(request(), { ...good(), evaluations: worse }, accurate).requirements).toContainEqual(
      expect.objectContaining({ id: 'accurate', state: 'failed' }),
    );
    const approved = (...by: string[]): PromotionFindings => ({
      ...good(),
      approvals: {
        state: 'read',
        why: '',
        next: '',
        given: [
          { by: 'lin', role: 'approver', how: 'ledger' },
          ...by.map((name) => ({ by: name, role: 'security', how: 'signed' as const })),
        ],
      },
    });
    const inEurope = request({ environment: 'eu' });
    expect(decidePromotion(inEurope, approved('ada', 'Ada'), accurate).decision).toBe('deny');
    expect(decidePromotion(inEurope, approved('ada', 'bo'), accurate).decision).toBe('allow');
  });

  test('a policy that fails while it is asked refuses, and says that it fails', async () => {
    const overflow = await own(`@id("odd") @what("Odd") @about("scan") @next("Mend.")
      ${forbid} when { resource.scan.ageHours + 9223372036854775807 > 0 };`);
    const aged = { ...good(), scan: { ...good().scan, at: '2026-01-01T00:00:00.000Z' } } as PromotionFindings;
    const decided = decidePromotion(request(), aged, overflow);
    expect(decided.decision).toBe('deny');
    expect(decided.requirements.find(({ id }) => id === 'odd')).toMatchObject({
      state: 'failed',
      why: expect.stringContaining('The policy fails'),
    });
  });

  test.each([
    ['forbid (principal, action, resource);', 'own.cedar:1: a policy has no @id.'],
    [`\n@id("x") ${forbid};`, 'own.cedar:2: x needs @what'],
    [`@id("signed") @what("x") @next("y") ${forbid};`, 'another policy has the id "signed"'],
    [`@id("x") @what("x") @next("y") ${forbid} when { resource.weight > 3 };`, 'x: '],
    ['@id("x") permit (', 'own.cedar:1: '],
  ])('what is wrong is found when it is loaded: %s', async (text, message) => {
    await expect(own(text)).rejects.toMatchObject({ code: 'FB-POLICY-INVALID', why: expect.stringContaining(message) });
  });

  test('without a permit nothing is promoted', async () => {
    const strict = await promotionPolicy([
      {
        file: 'own.cedar',
        text: '@id("only-ada") permit (principal == Firebreak::Requester::"ada", action, resource);',
      },
    ]);
    expect(decidePromotion(request(), good(), strict)).toMatchObject({
      decision: 'deny',
      requirements: [{ id: 'permit', state: 'failed' }],
    });
    const asAda = request({ by: { name: 'ada', role: 'approver' } });
    expect(decidePromotion(asAda, good(), strict).decision).toBe('allow');
  });
});
