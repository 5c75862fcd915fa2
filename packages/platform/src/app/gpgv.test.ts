import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { judgeCommit } from '../promotion/channels/commits.ts';
import { openGpgv } from './gpgv.ts';

const installed = existsSync('/usr/bin/gpg') && existsSync('/usr/bin/gpgv');
const payload = 'tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\nauthor A <a@example.com> 1 +0000\n\nA change\n';
const commit = (signature: string, text = payload) => ({
  sha: 'ab'.repeat(20),
  commit: {
    message: 'A change',
    committer: { date: '2026-11-21T10:00:00Z' },
    verification: { verified: true, reason: 'valid', signature, payload: text },
  },
});

describe.skipIf(!installed)('commits signed by gpg, as git has it do (skipped where GnuPG is not installed)', () => {
  let home: string;
  const gpg = (argv: readonly string[], input = '') =>
    execFileSync('gpg', ['--batch', '--yes', '--quiet', '--homedir', home, '--pinentry-mode', 'loopback', ...argv], {
      input,
      encoding: 'utf8',
      stdio: ['pipe', 'pipe', 'ignore'],
    });
  const signed = (by: string, text = payload, ...more: readonly string[]) =>
    gpg(['--armor', '--detach-sign', '--local-user', by, ...more], text);
  const keyOf = (who: string) => gpg(['--armor', '--export', who]);

  beforeAll(() => {
    home = mkdtempSync(join(tmpdir(), 'fb-gpg-'));
    for (const [who, algorithm] of [
      ['ada@example.com', 'ed25519'],
      ['eve@example.com', 'rsa2048'],
    ] as const)
      gpg(['--passphrase', '', '--quick-generate-key', who, algorithm, 'sign', 'never']);
  }, 60_000);
  afterAll(() => {
    execFileSync('gpgconf', ['--homedir', home, '--kill', 'gpg-agent']);
    rmSync(home, { recursive: true, force: true });
  });

  async function judged(keys: string, value: unknown, program?: string) {
    const gpgv = await openGpgv(keys, program);
    try {
      return await judgeCommit(value, { ssh: [], ...(gpgv === undefined ? {} : { pgp: gpgv.pgp }) });
    } finally {
      await gpgv?.close();
    }
  }

  test('a good one is told with who and which key; both kinds of keys, out of several', async () => {
    const ring = `${keyOf('ada@example.com')}\n${keyOf('eve@example.com')}`;
    for (const who of ['ada@example.com', 'eve@example.com'])
      expect(await judged(ring, commit(signed(who)))).toMatchObject({
        signature: 'verified',
        why: expect.stringMatching(new RegExp(`^Signed by ${who} \\(OpenPGP [0-9A-F]{40}\\)\\.$`)),
      });
  });

  test('another key, another commit, a weak hash, and what is no signature are refused', async () => {
    const ring = keyOf('ada@example.com');
    const good = signed('ada@example.com');
    expect(await judged(ring, commit(signed('eve@example.com')))).toMatchObject({
      signature: 'refused',
      why: expect.stringContaining('not among those given'),
    });
    const weak = signed('eve@example.com', payload, '--digest-algo', 'SHA1');
    for (const [keys, value] of [
      [ring, commit(good, payload.replace('A change', 'A chance'))],
      [ring, commit(signed('ada@example.com', 'something else'))],
      [ring, commit(good.slice(0, good.length / 2))],
      [ring, commit('-----BEGIN PGP SIGNATURE-----\n\nabcd\n-----END PGP SIGNATURE-----')],
      [keyOf('eve@example.com'), commit(weak)],
    ] as const)
      expect((await judged(keys, value))?.signature).toBe('refused');
  });

  test('without keys, and where gpgv is not installed, it is only what the host says', async () => {
    const good = commit(signed('ada@example.com'));
    expect((await judged('', good))?.signature).toBe('host-says');
    expect((await judged('no keys at all', good))?.signature).toBe('host-says');
    expect((await judged(keyOf('ada@example.com'), good, 'no-such-gpgv'))?.signature).toBe('host-says');
  });
});
