/** Hypercore (MIT): the append-only log of npm whose Merkle tree is signed, and the one that people build on. */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Missing } from './peer.ts';

export interface SignedLog {
  readonly version: string;
  append(records: readonly Uint8Array[]): Promise<unknown>;
  /** Every block and every node of the tree, as its storage has them. @throws Error when something is not right */
  verify(): Promise<void>;
  count(): number;
  close(): Promise<void>;
}

interface Audit {
  readonly blocks: number;
  readonly droppedBlocks: number;
  readonly droppedTreeNodes: number;
}

interface Core {
  readonly length: number;
  readonly core: { audit(options: { readonly dryRun: boolean }): Promise<Audit | null> };
  ready(): Promise<void>;
  append(blocks: readonly Uint8Array[]): Promise<unknown>;
  close(): Promise<void>;
}

export async function openHypercore(folder: string): Promise<SignedLog | Pick<Missing, 'missing'>> {
  const name = 'hypercore';
  let Hypercore: new (folder: string) => Core;
  try {
    ({ default: Hypercore } = (await import(name)) as { default: typeof Hypercore });
  } catch {
    return { missing: 'run npm ci in bench/peers' };
  }
  const { dependencies } = createRequire(import.meta.url)('./package.json') as {
    dependencies: Readonly<Record<string, string>>;
  };
  const core = new Hypercore(join(folder, 'hypercore'));
  await core.ready();
  return {
    version: dependencies[name] ?? '',
    append: (records) => core.append(records),
    verify: async () => {
      const found = await core.core.audit({ dryRun: true });
      if (found?.blocks !== core.length || found.droppedBlocks + found.droppedTreeNodes > 0) {
        throw new Error('the log does not hold');
      }
    },
    count: () => core.length,
    close: () => core.close(),
  };
}
