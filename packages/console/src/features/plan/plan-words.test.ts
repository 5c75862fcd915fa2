import type { Plan } from '@firebreak/contract/plan';
import { expect, test } from 'vitest';
import { gap, plan } from '../../../test/fake-estate.ts';
import { points, priceWords, verdictWords } from './plan-words.ts';

const whole = plan('a'.repeat(64));

test('only a gap of zero is called proven cheapest', () => {
  expect(priceWords(whole).value).toBe('Proven cheapest');
  expect(priceWords({ ...whole, gap: 0.0806 }).value).toBe('Within 8.1 %');
  expect(priceWords({ ...whole, gap: 1e-9 }).value).not.toBe('Proven cheapest');
});

test('a plan is a promise: no verdict says that something is contained', () => {
  for (const verdict of ['contained', 'partial', 'nothing-to-cut'] as const) {
    expect(verdictWords({ ...whole, verdict }).title.toLowerCase()).not.toContain('contained');
  }
});

test('nothing to cut is not good news when something could not be read', () => {
  const limited: Plan = { ...whole, verdict: 'nothing-to-cut', completeness: { answer: 'limited', reasons: [gap] } };
  expect(verdictWords(limited).tone).toBe('warn');
});

test('a lower bound is not rounded up to the cost', () => {
  expect([14, 14.25, 0.1 + 0.2].map(points)).toEqual(['14', '14.25', '0.3']);
});
