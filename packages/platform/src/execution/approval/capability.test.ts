import type { PlanStep } from '@firebreak/contract';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { planOf } from '../testing/switchboard.case.ts';
import { admission, type BoundTo, type Capability, capabilityKey, type Presented } from './capability.ts';

const key = capabilityKey(Buffer.alloc(32, 1));
const [step, other] = planOf([{ name: 'a' }, { name: 'b' }]).steps as [PlanStep, PlanStep];
const to: BoundTo = { incident: 'inc_1', execution: 'exe_1', planDigest: 'a'.repeat(64), row: 'stp_1' };
const until = new Date('2026-03-01T10:00:00.000Z');
const now = new Date('2026-03-01T09:30:00.000Z');
const capability = key.mint(to, step, until);
const first: Presented = { to, step, attempt: 0, capability, used: false, now };

test('what was minted lets its step begin, once, and go on after a takeover', () => {
  expect(admission(key, first)).toEqual({ is: 'admitted' });
  expect(admission(key, { ...first, used: true, attempt: 1 })).toEqual({ is: 'admitted' });
  expect(admission(key, { ...first, used: true, attempt: 3, now: new Date('2027-01-01') })).toEqual({ is: 'admitted' });
  expect(admission(key, { ...first, used: true })).toMatchObject({ code: 'FB-CAPABILITY-USED' });
  expect(admission(key, { ...first, attempt: 1 })).toMatchObject({ code: 'FB-CAPABILITY-INVALID' });
  expect(admission(key, { ...first, capability: null })).toMatchObject({ code: 'FB-CAPABILITY-INVALID' });
});

test('it ends at its time and not before', () => {
  expect(admission(key, { ...first, now: new Date(until.getTime() - 1) })).toEqual({ is: 'admitted' });
  expect(admission(key, { ...first, now: until })).toMatchObject({ is: 'expired' });
});

test('any change of any of its fields is refused', () => {
  const fields = Object.keys(capability) as (keyof Capability)[];
  fc.assert(
    fc.property(fc.constantFrom(...fields), fc.string(), fc.nat(), (field, text, at) => {
      const value = capability[field];
      const cut = at % (value.length + 1);
      // one of: something else altogether, a character put in, a character taken out, one changed
      const changes = [text, value.slice(0, cut) + text + value.slice(cut), value.slice(0, cut), value.slice(cut)];
      for (const changed of changes) {
        if (changed === value) continue;
        expect(admission(key, { ...first, capability: { ...capability, [field]: changed } })).toMatchObject({
          is: 'refused',
          code: 'FB-CAPABILITY-INVALID',
        });
      }
    }),
    { numRuns: 500 },
  );
});

test.each([' ', '\n', 'zz', '0'])('a MAC with %j behind it is none', (more) => {
  const longer = { ...capability, mac: `${capability.mac}${more}` };
  expect(admission(key, { ...first, capability: longer })).toMatchObject({ code: 'FB-CAPABILITY-INVALID' });
});

test('it fits nothing but what it was minted for: no other incident, execution, plan, row or step', () => {
  const fields = Object.keys(to) as (keyof BoundTo)[];
  fc.assert(
    fc.property(fc.constantFrom(...fields), fc.string(), (field, text) => {
      fc.pre(text !== to[field]);
      expect(admission(key, { ...first, to: { ...to, [field]: text } })).toMatchObject({ is: 'refused' });
    }),
  );
  const changedSteps: readonly PlanStep[] = [
    other,
    { ...step, lever: other.lever },
    { ...step, lever: { ...step.lever, params: { ...step.lever.params, to: 'open' } } },
    { ...step, target: other.target },
    { ...step, approvals: 2 },
  ];
  for (const changed of changedSteps)
    expect(admission(key, { ...first, step: changed })).toMatchObject({ is: 'refused' });
});

test('another key’s is a forgery, also with the same content', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (bytes) => {
      fc.pre(bytes.some((byte) => byte !== 1));
      const forged = capabilityKey(bytes).mint(to, step, until);
      expect(admission(key, { ...first, capability: forged })).toMatchObject({ code: 'FB-CAPABILITY-INVALID' });
      expect(admission(key, { ...first, capability: { ...capability, mac: forged.mac } })).toMatchObject({
        is: 'refused',
      });
    }),
  );
});

test('two for the same step are not alike', () => {
  expect(key.mint(to, step, until).mac).not.toBe(capability.mac);
});
