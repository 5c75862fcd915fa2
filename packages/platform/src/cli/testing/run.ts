/** The command line as a test runs it: in memory, with what it said and how it ended. */
import { EventEmitter } from 'node:events';
import { Writable } from 'node:stream';
import { runCommandLine } from '../program.ts';
import type { Terminal } from '../terminal.ts';
import type { World } from '../world.ts';

export interface Ended {
  readonly out: string;
  readonly err: string;
  readonly exit: number;
}

export interface TestTerminal extends Terminal {
  readonly said: { out: string; err: string };
  interrupt(): void;
}

export function testTerminal(input: string | Uint8Array = ''): TestTerminal {
  const said = { out: '', err: '' };
  const person = new EventEmitter();
  const into = (name: 'out' | 'err') =>
    new Writable({
      write: (chunk, _encoding, done) => {
        said[name] += String(chunk);
        done();
      },
    });
  return {
    said,
    input: (async function* () {
      yield Buffer.from(input);
    })(),
    out: into('out'),
    err: into('err'),
    onInterrupt: (stop) => {
      person.once('interrupt', stop);
      return () => void person.off('interrupt', stop);
    },
    interrupt: () => void person.emit('interrupt'),
  };
}

export async function run(world: World, argv: readonly string[], terminal = testTerminal()): Promise<Ended> {
  const exit = await runCommandLine(argv, world, terminal);
  return { ...terminal.said, exit };
}

/** A world in which nothing is there but what a test puts in. */
export function bareWorld(parts: Partial<World>): World {
  const absent = (name: string) => () => {
    throw new Error(`the test's world has no ${name}`);
  };
  return {
    version: '1.2.3',
    actions: async () => [],
    open: absent('source'),
    plan: absent('planner'),
    comparePlans: absent('planner'),
    check: absent('checker'),
    permissions: absent('permissions'),
    openHistory: absent('history'),
    image: absent('registry'),
    openPublisher: absent('bus'),
    serve: absent('server'),
    serveWitness: absent('witness'),
    openDesk: absent('desk'),
    ...parts,
  };
}
