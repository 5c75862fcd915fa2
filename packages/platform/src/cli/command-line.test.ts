import { Writable } from 'node:stream';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { atWork, interruptible } from './command-line.ts';
import { Output } from './output.ts';
import { bareWorld, testTerminal } from './testing/run.ts';

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubEnv('CI', undefined);
  vi.stubEnv('TERM', 'xterm');
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllEnvs();
});

/** A person's terminal, as far as a spinner asks for it. */
function interactive() {
  const base = testTerminal();
  const err = Object.assign(
    new Writable({
      write: (chunk, _encoding, done) => {
        base.said.err += String(chunk);
        done();
      },
    }),
    { isTTY: true, columns: 80, cursorTo: () => true, clearLine: () => true, moveCursor: () => true },
  );
  const terminal = { ...base, err };
  return { terminal, said: base.said, cli: { world: bareWorld({}), terminal, output: new Output(terminal) } };
}

test('what is quickly done is done quietly', async () => {
  const { cli, said } = interactive();
  expect(await atWork(cli, 'Reading', async () => 7)).toBe(7);
  vi.advanceTimersByTime(5000);
  expect(said.err).toBe('');
});

test('what takes longer than a second says how far it is, obeying nobody, and then no more', async () => {
  const { cli, said } = interactive();
  const listeners = () => process.listenerCount('SIGTERM') + process.listenerCount('SIGINT');
  const before = listeners();
  await atWork(cli, 'Reading \u001b]0;owned\u0007', async (_signal, progress) => {
    vi.advanceTimersByTime(1100);
    expect(said.err).toContain('Reading \\u001b]0;owned\\u0007');
    progress('5000 objects\u009b2J');
    vi.advanceTimersByTime(500);
    expect(said.err).toContain('5000 objects\\u009b2J');
  });
  const { length } = said.err;
  vi.advanceTimersByTime(5000);
  expect(said.err).toHaveLength(length);
  expect(listeners()).toBe(before);
});

test('no terminal, no spinner', async () => {
  const terminal = testTerminal();
  const cli = { world: bareWorld({}), terminal, output: new Output(terminal) };
  await atWork(cli, 'Reading', async () => void vi.advanceTimersByTime(5000));
  expect(terminal.said.err).toBe('');
});

test('an interrupt counts during the work and neither before nor after', async () => {
  const terminal = testTerminal();
  terminal.interrupt();
  const first = await interruptible(terminal, async (signal) => {
    expect(signal.aborted).toBe(false);
    terminal.interrupt();
    expect(signal.reason).toMatchObject({ code: 'FB-CANCELLED' });
    return signal;
  });
  expect(first.aborted).toBe(true);
  const second = await interruptible(terminal, async (signal) => signal);
  terminal.interrupt();
  expect(second.aborted).toBe(false);
});
