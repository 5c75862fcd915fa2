import { defineConfig } from 'vitest/config';

/**
 * The suite against real peers: an API server, a separate PostgreSQL, the standard transparency-log implementation,
 * Chromium. `scenarios/peers.ts` starts them; one that cannot be had fails the suite.
 *
 * Files run one after the other, because they share the cluster and some compare all of it before and after. Tests inside a
 * file that have a namespace of their own say so by `concurrent`: they mostly wait.
 */
export default defineConfig({
  test: {
    include: [
      'packages/*/src/**/*.integration.test.ts',
      'packages/*/test/**/*.{integration,browser}.test.ts',
      'scenarios/**/*.{integration,browser}.test.ts',
    ],
    globalSetup: ['scenarios/peers.ts', 'scenarios/built.ts', 'scenarios/console/demo-server.ts'],
    testTimeout: 600_000,
    hookTimeout: 300_000,
    fileParallelism: false,
    maxConcurrency: 8,
    // Five lanes share two cores: what is waited for by `expect.poll` comes, but not within its usual second.
    expect: { poll: { timeout: 30_000 } },
  },
});
