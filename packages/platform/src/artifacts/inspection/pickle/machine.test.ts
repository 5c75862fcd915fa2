/** What the machine makes of every operation, and of what is none. */
import { expect, test } from 'vitest';
import { bytesOf, Damaged, TooMuch } from '../bytes.ts';
import { type Judge, PickleMachine } from './machine.ts';
import { operations } from './operations.case.ts';
import { shownValue } from './values.ts';

function ran(bytes: Buffer, mostOperations = 1000) {
  const told: string[] = [];
  const judge: Judge = {
    import: ({ module, name }) => void told.push(`import ${module}.${name}`),
    call: (how, callable, args) => void told.push(`${how} ${shownValue(callable)} ${shownValue(args)}`),
    build: (target, state) => void told.push(`build ${shownValue(target)} ${shownValue(state)}`),
    fill: (method, target) => void told.push(`${method} ${shownValue(target)}`),
    persistent: (id) => void told.push(`persistent ${shownValue(id)}`),
    odd: (what) => void told.push(`odd ${what}`),
    tick: () => {},
  };
  const { result, end } = new PickleMachine(bytesOf(bytes), 0, judge, mostOperations).run();
  return { shown: shownValue(result), told, end };
}

const ascii = (text: string) => Buffer.from(text, 'latin1');

test('every operation of Python 3 does what it does there', () => {
  for (const [code, bytes, shown] of operations) {
    expect(bytes.includes(code), `0x${code.toString(16)}`).toBe(true);
    if (shown !== '') expect(ran(bytes).shown, `0x${code.toString(16)}`).toBe(shown);
  }
  expect(ran(ascii('I3\n20.')).shown).toBe('3');
  expect(new Set(operations.map(([code]) => code)).size).toBe(68);
});

test('every other byte is damage', () => {
  const known = new Set(operations.map(([code]) => code));
  for (let code = 0; code < 256; code += 1)
    if (!known.has(code)) expect(() => ran(Buffer.from([0x4e, code, 0x2e]))).toThrow(Damaged);
});

test('a call is told although its result is thrown away and the pickle breaks', () => {
  expect(ran(ascii('ca\nb\n(S"x"\ntR0N.')).told).toEqual(['import a.b', "REDUCE a.b ('x')"]);
  const told: string[] = [];
  const judge = {
    import: () => told.push('import'),
    call: () => told.push('call'),
    tick: () => {},
  } as unknown as Judge;
  expect(() => new PickleMachine(bytesOf(ascii('ca\nb\n(tR\xff')), 0, judge, 100).run()).toThrow(Damaged);
  expect(told).toEqual(['import', 'call']);
});

test('a pickle that goes on for ever is given up', () => {
  expect(() => ran(Buffer.concat([Buffer.alloc(5000, '('), ascii('.')]), 1000)).toThrow(TooMuch);
});
