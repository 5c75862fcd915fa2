import { defineConfig } from 'vitest/config';

/** Unit, property and scenario tests. What needs a real peer or a browser is in the integration suite. */
export default defineConfig({
  test: {
    include: [
      'packages/*/src/**/*.test.ts',
      'packages/*/test/**/*.test.ts',
      'scenarios/**/*.test.ts',
      'checks/**/*.test.ts',
    ],
    exclude: ['**/node_modules/**', '**/*.integration.test.ts', '**/*.browser.test.ts'],
    // Whoever runs them: a CI service asks for colours, and tests read words.
    env: { NO_COLOR: '1' },
    testTimeout: 120_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 20_000 } },
    // Two cores, and some suites mostly wait.
    maxWorkers: 3,
    // Reading the modules anew for each of three hundred files takes longer than many of the tests.
    isolate: false,
  },
});
