/**
 * Who may call what of evidence, promotion, recovery and canaries, said a second time and by hand: the contract says what is done, this
 * table what was meant. A route that is in no list fails here; put it where it belongs, and think of the viewer first.
 */
import { type Role, type Route, type RouteName, roles, routes } from '@firebreak/contract';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ServerUnderTest, serverUnderTest } from './testing/server-under-test.ts';

/** Paths below which every route has to be in the table. */
const spoken =
  /^\/api\/(evidence|promotion|canaries|artifacts|rotation|ledger|bom|incidents\/\{id\}\/(evidence|recovery|ledger))(\/|$)/;

const meant: Readonly<Record<Exclude<Role, 'sensor'>, readonly RouteName[]>> = {
  viewer: [
    // What was taken, and from whom; never a byte of it.
    ...(['evidenceVault', 'snapshot', 'ledger', 'secondParties', 'exportEvidence', 'verifyEvidence'] as const),
    ...(['promotions', 'promotion', 'promotionSurroundings', 'artifactInspections', 'artifactPage', 'bom'] as const),
    ...(['recoveryBoard', 'recoveryAttestation', 'recoveryCredentials', 'recoveryImages', 'chooseVersion'] as const),
    ...(['canaries', 'canary', 'rotation'] as const),
  ],
  responder: [
    ...(['takeEvidence', 'resumeEvidence', 'readEvidence', 'redactEvidence', 'auditEvidence'] as const),
    // Both only make it harder to destroy.
    ...(['holdEvidence', 'retainEvidence'] as const),
    ...(['decidePromotion', 'decideRotation', 'inspectVersion', 'takeVersion', 'rollBack', 'verifyServing'] as const),
    ...(['pinImages', 'probeCredential', 'sayCredential', 'sayRecovery', 'signRecovery'] as const),
    // Whether this person may, is asked of the approval policies besides.
    ...(['startCanary', 'approveCanary', 'sendCanarySamples', 'stopCanary'] as const),
  ],
  approver: [
    ...(['releaseEvidence', 'moveEvidence'] as const),
    ...(['approvePromotion', 'approveImage', 'attestRecovery', 'restoreAccess'] as const),
  ],
  // A log without its witness is one that its owner can rewrite.
  admin: ['destroyEvidence', 'removeSecondParty'],
};

/** What programs that only send may call as well. */
const sent: readonly RouteName[] = ['decidePromotion', 'sendCanarySamples'];

const table = Object.entries(meant).flatMap(([role, names]) => names.map((name) => [name, role as Role] as const));

let server: ServerUnderTest;
const cookies = new Map<Role, string>();
beforeAll(async () => {
  server = await serverUnderTest();
  for (const role of roles) cookies.set(role, (await server.signedIn(role)).cookie);
});
afterAll(() => server.stop());

test('every route of these parts is in the table, once', () => {
  const spokenOf = Object.entries<Route>(routes).filter(([, { path }]) => spoken.test(path));
  expect(spokenOf.length).toBeGreaterThan(40);
  expect(table.map(([name]) => name).toSorted()).toEqual(spokenOf.map(([name]) => name).toSorted());
});

test.each(table)('%s wants a %s', async (name, least) => {
  const { method, path }: Route = routes[name];
  const url = path.replaceAll(/\{\w+\}/g, 'some-id');
  expect((await server.app.inject({ method, url })).statusCode).toBe(401);
  for (const role of roles) {
    const { statusCode } = await server.app.inject({ method, url, headers: { cookie: cookies.get(role) ?? '' } });
    const sends = role === 'sensor' && sent.includes(name);
    if (roles.indexOf(role) < roles.indexOf(least) && !sends) expect(statusCode, role).toBe(403);
    else expect([401, 403, 404], role).not.toContain(statusCode);
  }
});
