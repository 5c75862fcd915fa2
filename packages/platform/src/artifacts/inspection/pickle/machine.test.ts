/** Every operation of protocols 0 to 5, on its own small pickle, and what the machine makes of each. */
import { expect, test } from 'vitest';
import { bytesOf, Damaged, TooMuch } from '../bytes.ts';
import { type Judge, PickleMachine } from './machine.ts';
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

const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');
const ascii = (text: string) => Buffer.from(text, 'latin1');

/** Operation, a pickle that uses it, and what is on the stack at its end. */
const operations: readonly (readonly [number, Buffer, string])[] = [
  [0x28, ascii('(t.'), '()'],
  [0x2e, ascii('N.'), 'None'],
  [0x30, ascii('NI1\n0.'), 'None'],
  [0x31, ascii('N(I1\n1.'), 'None'],
  [0x32, ascii('I3\n2(00.').subarray(0, 4), ''],
  [0x46, ascii('F1.5\n.'), '1.5'],
  [0x49, ascii('I01\n.'), 'true'],
  [0x4a, hex('4a ffffffff 2e'), '-1'],
  [0x4b, hex('4b ff 2e'), '255'],
  [0x4c, ascii('L12L\n.'), '12'],
  [0x4d, hex('4d 0001 2e'), '256'],
  [0x4e, ascii('N.'), 'None'],
  [0x50, ascii('P7\n.'), 'a persistent object'],
  [0x51, ascii('I7\nQ.'), 'a persistent object'],
  [0x52, ascii('ca\nb\n(tR.'), 'a.b()'],
  [0x53, ascii("S'a\\x62'\n."), "'ab'"],
  [0x54, hex('54 01000000 61 2e'), "'a'"],
  [0x55, hex('55 01 61 2e'), "'a'"],
  [0x56, ascii('Va\\u0062\n.'), "'ab'"],
  [0x58, hex('58 02000000 c3a9 2e'), "'é'"],
  [0x61, ascii(']I1\na.'), '[1]'],
  [0x62, ascii('ca\nb\n(tR}b.'), 'a.b()'],
  [0x63, ascii('ca\nb\n.'), 'a.b'],
  [0x64, ascii('(I1\nI2\nd.'), 'a dict of 1'],
  [0x65, ascii('](I1\nI2\ne.'), '[1, 2]'],
  [0x67, ascii('I5\np3\n0g3\n.'), '5'],
  [0x68, hex('4b 05 71 07 30 68 07 2e'), '5'],
  [0x69, ascii('(I1\nia\nb\n.'), 'a.b(1)'],
  [0x6a, hex('4b 05 72 07000000 30 6a 07000000 2e'), '5'],
  [0x6c, ascii('(I1\nl.'), '[1]'],
  [0x6f, ascii('(ca\nb\nI1\no.'), 'a.b(1)'],
  [0x70, ascii('Np0\n.'), 'None'],
  [0x71, hex('4e 71 00 2e'), 'None'],
  [0x72, hex('4e 72 00000000 2e'), 'None'],
  [0x73, ascii('}I1\nI2\ns.'), 'a dict of 1'],
  [0x74, ascii('(I1\nt.'), '(1)'],
  [0x75, ascii('}(I1\nI2\nu.'), 'a dict of 1'],
  [0x5d, ascii('].'), '[]'],
  [0x29, ascii(').'), '()'],
  [0x7d, ascii('}.'), 'a dict of 0'],
  [0x47, hex('47 3ff8000000000000 2e'), '1.5'],
  [0x42, hex('42 01000000 61 2e'), "b'a'"],
  [0x43, hex('43 01 61 2e'), "b'a'"],
  [0x80, hex('80 05 4e 2e'), 'None'],
  [0x81, hex('63 61 0a 62 0a 29 81 2e'), 'a.b()'],
  [0x82, hex('82 01 2e'), 'whatever extension 1 of copyreg is'],
  [0x83, hex('83 0100 2e'), 'whatever extension 1 of copyreg is'],
  [0x84, hex('84 01000000 2e'), 'whatever extension 1 of copyreg is'],
  [0x85, hex('4e 85 2e'), '(None)'],
  [0x86, hex('4e 4e 86 2e'), '(None, None)'],
  [0x87, hex('4e 4e 4e 87 2e'), '(None, None, None)'],
  [0x88, hex('88 2e'), 'true'],
  [0x89, hex('89 2e'), 'false'],
  [0x8a, hex('8a 02 00ff 2e'), '-256'],
  [0x8b, hex('8b 01000000 7f 2e'), '127'],
  [0x8c, hex('8c 01 61 2e'), "'a'"],
  [0x8d, hex('8d 0100000000000000 61 2e'), "'a'"],
  [0x8e, hex('8e 0100000000000000 61 2e'), "b'a'"],
  [0x8f, hex('8f 2e'), '{}'],
  [0x90, hex('8f 28 4b 01 90 2e'), '{1}'],
  [0x91, hex('28 4b 01 91 2e'), '{1}'],
  [0x92, hex('63 61 0a 62 0a 29 7d 92 2e'), 'a.b()'],
  [0x93, hex('8c 01 61 8c 01 62 93 2e'), 'a.b'],
  [0x94, hex('4b 05 94 30 68 00 2e'), '5'],
  [0x95, hex('80 04 95 0200000000000000 4e 2e'), 'None'],
  [0x96, hex('96 0100000000000000 61 2e'), "b'a'"],
  [0x97, hex('97 2e'), 'a buffer from outside'],
  [0x98, hex('4e 98 2e'), 'None'],
];

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
