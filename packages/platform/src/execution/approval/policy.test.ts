import { readFileSync } from 'node:fs';
import * as cedar from '@cedar-policy/cedar-wasm/nodejs';
import type { PlanStep } from '@firebreak/contract';
import { describe, expect, test } from 'vitest';
import { type ApprovalQuestion, approvalPolicy, openApprovalPolicy } from './policy.ts';

const schema = readFileSync(new URL('../../../../../content/policies/approval.cedarschema', import.meta.url), 'utf8');
const step: PlanStep = {
  ordinal: 2,
  id: 's2',
  lever: { key: 'aws.cut-trust|{}', action: 'aws.cut-trust', params: {} },
  stage: 'access',
  target: { kind: 'Role', id: 'aws:Role/x', name: 'x' },
  title: 'Cut',
  reason: 'cut',
  why: 'Because.',
  severs: [],
  interrupts: [],
  restarts: [],
  cost: 3.4,
  reversal: { kind: 'restore', how: 'Back.' },
  drastic: false,
  approvals: 1,
  after: [],
};
const question = (more: Partial<ApprovalQuestion> = {}): ApprovalQuestion => ({
  by: { name: 'Ada', role: 'approver' },
  incident: 'inc_1',
  phase: 'waiting-approval',
  step,
  approvedBy: [],
  evidencePlanned: true,
  evidenceTaken: false,
  target: { class: 'identity' },
  ...more,
});
const own = (text: string) => approvalPolicy(cedar, schema, text, 'own.cedar');

describe('what comes with Firebreak', () => {
  test.each([
    ['an approver', question(), true, ['approvers-approve']],
    ['an admin', question({ by: { name: 'Eve', role: 'admin' } }), true, ['approvers-approve']],
    ['a responder', question({ by: { name: 'Bob', role: 'responder' } }), false, []],
    [
      'a responder, for evidence',
      question({ by: { name: 'Bob', role: 'responder' }, step: { ...step, stage: 'evidence' } }),
      true,
      ['responders-take-evidence'],
    ],
    ['the same person again', question({ approvedBy: ['Ada'] }), false, ['nobody-twice']],
    [
      'what cannot be undone, without evidence',
      question({
        step: { ...step, drastic: true, reversal: { kind: 'none', how: 'It is gone.' } },
        evidencePlanned: false,
      }),
      false,
      ['evidence-before-what-cannot-be-undone'],
    ],
  ] as const)('%s', async (_, asked, allowed, policies) => {
    const decision = (await openApprovalPolicy()).decide(asked);
    expect(decision).toMatchObject({ allowed, policies });
    expect(decision.why).toMatch(/\.$/);
  });
});

describe('a policy of one’s own', () => {
  const payments = own(`
    @id("owners") permit (principal, action, resource) when { resource.owner == principal.name };
    @id("gold") @because("gold services are not touched by day")
    forbid (principal, action, resource) when { resource.sla == "gold" && context.phase == "running" };
  `);

  test('speaks of what people say of the asset', () => {
    const about = (notes: object) => ({ target: { class: 'model', about: notes } });
    expect(payments.decide(question(about({ owner: 'Ada' }))).policies).toEqual(['owners']);
    expect(payments.decide(question(about({ owner: 'Bob' })))).toMatchObject({
      allowed: false,
      why: 'No policy permits approvers to approve this.',
    });
    expect(payments.decide(question({ ...about({ owner: 'Ada', sla: 'gold' }), phase: 'running' }))).toEqual({
      allowed: false,
      policies: ['gold'],
      why: 'gold services are not touched by day.',
    });
  });

  test('names are data: none can end the policy’s string or name another entity', () => {
    const name = 'x" || true || "';
    expect(payments.decide(question({ by: { name, role: 'viewer' } })).allowed).toBe(false);
    const twisted = question({ by: { name, role: 'viewer' }, target: { class: 'model', about: { owner: name } } });
    expect(payments.decide(twisted).allowed).toBe(true);
  });

  test.each([
    ['no policy language', 'permit me', /^own\.cedar:1: /],
    ['broken in the third line', '\n\npermit (principal, action, resource', /^own\.cedar:3: /],
    ['a field that there is not', 'permit (principal, action, resource) when { resource.colour == "red" };', /colour/],
    ['a wrong type', 'permit (principal, action, resource) when { resource.cost == "high" };', /own\.cedar/],
    [
      'two of one id',
      '@id("a") permit (principal, action, resource); @id("a") forbid (principal, action, resource);',
      /two policies have the id "a"/,
    ],
    ['a template', 'permit (principal == ?principal, action, resource);', /templates/],
  ])('%s is refused when it is loaded', (_, text, why) => {
    expect(() => own(text)).toThrow(
      expect.objectContaining({ code: 'FB-POLICY-INVALID', why: expect.stringMatching(why) }),
    );
  });

  test('without any, nothing is approved', () => {
    expect(own('').decide(question()).allowed).toBe(false);
  });

  test('one that fails when it is asked refuses', () => {
    const failing = own(
      '@id("sum") permit (principal, action, resource) when { resource.cost + 9223372036854775807 > 0 };',
    );
    expect(failing.decide(question())).toMatchObject({ allowed: false, policies: ['sum'] });
  });
});
