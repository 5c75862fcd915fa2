import { Writable } from 'node:stream';
import { FirebreakError, type Gap } from '@firebreak/contract';
import { expect, test } from 'vitest';
import { Output } from './output.ts';
import { show } from './shown.ts';
import { testTerminal } from './testing/run.ts';

const gap: Gap = { kinds: ['*'], where: 'a\u001b[2J', code: 'FB-YAML-INVALID', reason: 'bad', next: 'mend it' };

/** A reader that takes a piece only when asked. */
function slowReader() {
  const pieces: string[] = [];
  let take: (() => void) | undefined;
  const out = new Writable({
    highWaterMark: 1,
    write: (chunk, _encoding, done) => {
      pieces.push(String(chunk));
      take = done;
    },
  });
  return { out, pieces, next: () => take?.() };
}

function* countTo(most: number, made: { count: number }) {
  for (; made.count < most; made.count += 1) yield { at: made.count };
}

test('no more is made than the reader takes', async () => {
  const { out, pieces, next } = slowReader();
  const output = new Output({ ...testTerminal(), out });
  const made = { count: 0 };
  let over = false;
  const written = output.jsonLines(countTo(10_000, made)).then(() => {
    over = true;
  });
  await Promise.resolve();
  expect(made.count).toBeLessThanOrEqual(500);
  while (!over) {
    next();
    await new Promise(setImmediate);
  }
  await written;
  const lines = pieces.join('').trimEnd().split('\n');
  expect(lines.map((line) => (JSON.parse(line) as { at: number }).at)).toEqual([...Array(10_000).keys()]);
});

test('a reader who has had enough ends the making, quietly', async () => {
  const out = new Writable({
    write: (_chunk, _encoding, done) => done(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' })),
  });
  const output = new Output({ ...testTerminal(), out });
  const made = { count: 0 };
  await output.jsonLines(countTo(1_000_000, made));
  await output.json({ more: true });
  expect(made.count).toBeLessThan(2000);
  output.mustHaveArrived();
  expect(output.exitCode).toBe(0);
});

test('a reader who goes while we wait for him does not leave us waiting', async () => {
  const { out } = slowReader();
  const output = new Output({ ...testTerminal(), out });
  const written = output.jsonLines(countTo(10_000, { count: 0 }));
  await new Promise(setImmediate);
  out.destroy(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }));
  await written;
  output.mustHaveArrived();
});

test('a full disk is an error', async () => {
  const out = new Writable({
    write: (_chunk, _encoding, done) => done(Object.assign(new Error('ENOSPC: no space left'), { code: 'ENOSPC' })),
  });
  const output = new Output({ ...testTerminal(), out });
  await output.json({});
  await new Promise(setImmediate);
  expect(() => output.mustHaveArrived()).toThrow(expect.objectContaining({ code: 'FB-OUTPUT-UNWRITABLE' }));
});

test('a long list in one document is JSON, also when it is empty', async () => {
  for (const count of [0, 1, 1234]) {
    const terminal = testTerminal();
    const output = new Output(terminal);
    await output.jsonList('items', countTo(count, { count: 0 }), { completeness: 'all' });
    const value = JSON.parse(terminal.said.out) as { items: unknown[] };
    expect(value).toMatchObject({ completeness: 'all' });
    expect(value.items).toHaveLength(count);
  }
});

test('limited is said on standard error and in the exit code, unless something worse is', () => {
  const terminal = testTerminal();
  const output = new Output(terminal);
  output.limited({ answer: 'complete' });
  expect(output.exitCode).toBe(0);
  output.limited({ answer: 'limited', reasons: Array.from({ length: 25 }, () => gap) });
  expect(output.exitCode).toBe(3);
  expect(terminal.said.err).toContain('25 things were not read');
  expect(terminal.said.err).toContain('FB-YAML-INVALID  a\\u001b[2J: bad mend it');
  expect(terminal.said.err).toContain('and 5 more');
  expect(terminal.said.out).toBe('');
  output.checkFailed();
  output.limited({ answer: 'limited', reasons: [gap] });
  expect(output.exitCode).toBe(1);
});

test('an error says what, why and what next; candidates too', () => {
  const terminal = testTerminal();
  const output = new Output(terminal);
  output.fail(
    new FirebreakError('FB-NODE-AMBIGUOUS', '"a\u0007" names 2 nodes.', { detail: { candidates: ['x', 'y\n'] } }),
    false,
  );
  expect(terminal.said.err).toContain(
    'Several nodes have this name. "a\\u0007" names 2 nodes.\n  Use one of the ids listed.',
  );
  expect(terminal.said.err).toContain('  - x\n  - y\\u000a\n');
  expect(terminal.said.err).not.toContain('at ');
  expect(output.exitCode).toBe(2);
});

test('with --json an error is one line of JSON, a bug too', () => {
  const terminal = testTerminal();
  const output = new Output(terminal);
  output.fail(new TypeError('x is undefined\n\u001b[2J'), true);
  expect(terminal.said.err.trimEnd()).not.toContain('\n');
  expect(JSON.parse(terminal.said.err)).toMatchObject({
    error: { code: 'FB-INTERNAL', why: 'x is undefined\n\u001b[2J' },
  });
  expect(output.exitCode).toBe(1);
});

test('a bug shows where, without obeying what is in it', () => {
  const terminal = testTerminal();
  const output = new Output(terminal);
  output.fail(new TypeError('bad \u001b[2J'), false);
  expect(terminal.said.err).toContain('output.test.ts');
  expect(terminal.said.err).not.toContain('\u001b[2J');
  output.note(show`done`);
  expect(terminal.said.err).toMatch(/done\n$/);
});
