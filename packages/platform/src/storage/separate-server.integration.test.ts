/**
 * The same suites as against the embedded server, against the one that FIREBREAK_DATABASE_URL names: every test file that
 * asks for a `testServer` takes that one when the variable is set.
 */
import '../execution/journal.test.ts';
import '../execution/runner.test.ts';
import '../execution/takeover.test.ts';
import '../incidents/incident.test.ts';
import './auth-store.test.ts';
import './database.test.ts';
import './ledger-store.test.ts';
import { expect, test } from 'vitest';

test('there is a separate server', () => {
  expect(process.env.FIREBREAK_DATABASE_URL).toMatch(/^postgres/);
});
