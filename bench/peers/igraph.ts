import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Answer, GraphChange, Missing, Peer, PeerGraph } from './peer.ts';

/** A graph library in C, called from Python in a process of its own. */
export async function igraphPeer(graph: PeerGraph): Promise<Peer | Missing> {
  const name = 'igraph 1.0.0, from Python';
  const script = (file: string) => fileURLToPath(new URL(`../../peers/igraph/${file}`, import.meta.url));
  let python: string;
  try {
    python = process.env.FIREBREAK_IGRAPH_PYTHON ?? printedBy(script('install'));
  } catch (error) {
    return { name, missing: `peers/igraph/install failed: ${(error as Error).message.split('\n', 1)[0]}` };
  }
  const folder = mkdtempSync(join(tmpdir(), 'firebreak-bench-'));
  const child = spawn(python, [script('answer.py')], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ask = async (question: object): Promise<Answer> => {
    child.stdin.write(`${JSON.stringify(question)}\n`);
    const { value, done } = await lines.next();
    if (done === true) throw new Error(`${name} ended`);
    return JSON.parse(value) as Answer;
  };
  const write = (file: string, { tails, heads }: Pick<PeerGraph, 'tails' | 'heads'>): string => {
    const path = join(folder, file);
    writeFileSync(
      path,
      Buffer.concat([
        Buffer.from(tails.buffer, tails.byteOffset, tails.byteLength),
        Buffer.from(heads.buffer, heads.byteOffset, heads.byteLength),
      ]),
    );
    return path;
  };
  const { milliseconds } = await ask({ ask: 'load', nodes: graph.nodeCount, file: write('edges', graph) });
  return {
    name,
    loaded: milliseconds,
    blast: (source) => ask({ ask: 'blast', source }),
    exposure: (starts, goals) => ask({ ask: 'exposure', starts, goals }),
    distance: (source, goal) => ask({ ask: 'distance', source, goal }),
    change: ({ nodeCount, removed, added }: GraphChange) =>
      ask({ ask: 'change', nodes: nodeCount, removed: write('removed', removed), added: write('added', added) }),
    close: async () => {
      const ended = new Promise((resolve) => child.once('close', resolve));
      child.stdin.end();
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function printedBy(script: string): string {
  const printed = execFileSync(script, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
  return printed.trim().slice(printed.indexOf('=') + 1);
}
