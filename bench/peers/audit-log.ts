/** The hash-chained audit log of an npm package, aquaman-core (MIT): what somebody finds who looks for one there. */
import { createRequire } from 'node:module';
import type { LedgerDraft } from '@firebreak/contract';
import type { Missing } from './peer.ts';

export interface AuditLog {
  readonly version: string;
  append(draft: LedgerDraft): Promise<unknown>;
  /** @throws Error when the chain does not hold */
  verify(): Promise<void>;
  count(): number;
}

interface Logger {
  initialize(): Promise<void>;
  logToolCall(
    session: string,
    agent: string,
    tool: string,
    params: Readonly<Record<string, unknown>>,
  ): Promise<unknown>;
  verifyIntegrity(): Promise<{ readonly valid: boolean }>;
  getStats(): { readonly entryCount: number };
}

export async function openAuditLog(folder: string): Promise<AuditLog | Pick<Missing, 'missing'>> {
  try {
    const name = 'aquaman-core';
    const { createAuditLogger } = (await import(name)) as { createAuditLogger(options: object): Logger };
    const { dependencies } = createRequire(import.meta.url)('./package.json') as {
      dependencies: Readonly<Record<string, string>>;
    };
    const logger = createAuditLogger({ logDir: folder, enabled: true });
    await logger.initialize();
    return {
      version: dependencies[name] ?? '',
      append: ({ actor, kind, body }) => logger.logToolCall('session', actor, kind, body),
      verify: async () => {
        if (!(await logger.verifyIntegrity()).valid) throw new Error('the chain does not hold');
      },
      count: () => logger.getStats().entryCount,
    };
  } catch {
    return { missing: 'run npm ci in bench/peers' };
  }
}
