import { defineConfig } from 'vitest/config';

/**
 * The suite against real peers: an API server, a separate PostgreSQL, the standard transparency-log implementation,
 * Chromium. `peers/` installs and starts them; one that cannot be had fails the suite.
 */
export default defineConfig({
  test: {
    include: [
      'packages/*/src/**/*.integration.test.ts',
      'packages/*/test/**/*.{integration,browser}.test.ts',
      'scenarios/**/*.{integration,browser}.test.ts',
    ],
    globalSetup: ['scenarios/peers.ts'],
    testTimeout: 300_000,
    hookTimeout: 300_000,
    fileParallelism: false,
  },
});
