import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ChannelBaseline, ChannelHead } from '@firebreak/contract';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { auditChannels } from './audit.ts';
import { judgeCommit, judgeCommits } from './commits.ts';
import { allowedSigners } from './ssh-signature.ts';

const since = new Date('2026-11-20T00:00:00Z');
const at = new Date('2026-11-22T00:00:00Z');
const head = (channel: string, value: string | null, kind: ChannelHead['kind'] = 'tag'): ChannelHead => ({
  channel,
  kind,
  name: channel,
  value,
});
const approve = (channel: string, value: string, until = '2027-01-01T00:00:00.000Z'): ChannelBaseline => ({
  channel,
  value,
  by: 'ada',
  at: '2026-11-01T00:00:00.000Z',
  until,
  note: '',
});
const audit = (now: ChannelHead[], then: ChannelHead[] | undefined, baselines: ChannelBaseline[]) =>
  auditChannels({ since, at, now, earlier: then, baselines, commits: [], completeness: { answer: 'complete' } });

test('every way in which a channel stands to what was approved and to what it was', () => {
  const now = ['ok', 'moved', 'old', 'changed', 'new', 'same'].map((name) => head(name, `${name}-now`));
  const then = [head('moved', 'moved-then'), head('changed', 'changed-then'), head('same', 'same-now')];
  const { rows, counts } = audit([...now, head('silent', null)], then, [
    approve('ok', 'ok-now'),
    approve('moved', 'moved-then'),
    approve('old', 'old-now', '2026-11-21T00:00:00.000Z'),
    approve('gone', 'gone-then'),
  ]);
  expect(Object.fromEntries(rows.map(({ channel, state }) => [channel, state]))).toEqual({
    ok: 'as-approved',
    moved: 'moved',
    old: 'expired',
    changed: 'changed',
    new: 'changed',
    same: 'not-approved',
    silent: 'cannot-tell',
    gone: 'cannot-tell',
  });
  expect(rows[0]).toMatchObject({
    channel: 'moved',
    severity: 'critical',
    why: expect.stringContaining('ada approved moved-then'),
  });
  expect(counts.changed).toBe(2);
});

test('what was approved and moved stays moved when the approval has ended, and without history nothing is called unchanged', () => {
  const ended = approve('a', '1', '2026-11-21T00:00:00.000Z');
  expect(audit([head('a', '2')], undefined, [ended]).rows[0]?.state).toBe('moved');
  expect(audit([head('a', '2')], undefined, []).rows[0]).toMatchObject({ state: 'not-approved', before: null });
});

test('a branch’s head is told with its signature; one that does not hold has moved, unless it was approved', async () => {
  const main = head('main', 'ab'.repeat(20), 'branch');
  const forged = '-----BEGIN SSH SIGNATURE-----\nAAAA\n-----END SSH SIGNATURE-----';
  const commit = await judgeCommit(
    { sha: main.value, commit: { message: 'x', committer: {}, verification: { signature: forged, payload: 'x' } } },
    { ssh: [] },
  );
  if (commit === undefined) throw new Error('no commit');
  const rowWith = (baselines: ChannelBaseline[]) =>
    auditChannels({
      since,
      at,
      now: [main],
      earlier: [main],
      baselines,
      commits: [],
      headCommits: new Map([['main', commit]]),
      completeness: { answer: 'complete' },
    }).rows[0];
  expect(rowWith([])).toMatchObject({ state: 'moved', severity: 'critical', signature: 'refused' });
  expect(rowWith([approve('main', 'ab'.repeat(20))])).toMatchObject({ state: 'as-approved', signature: 'refused' });
});

const keygen = '/usr/bin/ssh-keygen';
describe.skipIf(!existsSync(keygen))(
  'commits signed by ssh-keygen, as git has it do (skipped where it is not installed)',
  () => {
    let folder: string;
    beforeAll(() => {
      folder = mkdtempSync(join(tmpdir(), 'firebreak-commits-'));
    });
    afterAll(() => rmSync(folder, { recursive: true, force: true }));
    const payload = 'tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\nauthor A <a@example.com> 1 +0000\n\nA change\n';

    function signed(type: string, bits: string, namespace = 'git') {
      const key = join(folder, `${type}-${bits}-${namespace}`);
      execFileSync(keygen, ['-q', '-t', type, '-b', bits, '-N', '', '-C', 'a', '-f', key]);
      const message = `${key}.txt`;
      writeFileSync(message, payload);
      execFileSync(keygen, ['-q', '-Y', 'sign', '-f', key, '-n', namespace, message], { stdio: 'ignore' });
      const [keyType, encoded] = readFileSync(`${key}.pub`, 'utf8').split(' ');
      return { signature: readFileSync(`${message}.sig`, 'utf8'), allowed: `a@example.com ${keyType} ${encoded}` };
    }
    const commit = (signature: string | null, text: string | null = payload, verified = true) => ({
      sha: 'ab'.repeat(20),
      commit: {
        message: 'A change\n\nmore',
        committer: { date: '2026-11-21T10:00:00Z' },
        verification: { verified, reason: 'valid', signature, payload: text },
      },
    });
    const judged = async (value: unknown, allowed: string) =>
      (await judgeCommits([value], { ssh: allowedSigners(allowed) }, since))[0];

    test.each([
      ['ed25519', '256'],
      ['ecdsa', '256'],
      ['ecdsa', '384'],
      ['ecdsa', '521'],
      ['rsa', '2048'],
    ])('%s %s', async (type, bits) => {
      const { signature, allowed } = signed(type, bits);
      expect(await judged(commit(signature), allowed)).toMatchObject({ signature: 'verified', title: 'A change' });
      const changed = commit(signature, payload.replace('A change', 'A chance'));
      expect((await judged(changed, allowed))?.signature).toBe('refused');
      expect(await judged(commit(signature), '')).toMatchObject({
        signature: 'refused',
        why: expect.stringContaining('do not name'),
      });
    });

    test('what was signed for something else is no commit; what the host says is not what we verified', async () => {
      const other = signed('ed25519', '256', 'file');
      expect(await judged(commit(other.signature), other.allowed)).toMatchObject({
        signature: 'refused',
        why: 'It was not made for git.',
      });
      const pgp = '-----BEGIN PGP SIGNATURE-----\n\nabcd\n-----END PGP SIGNATURE-----';
      const states: readonly (readonly [unknown, string])[] = [
        [commit(pgp), 'host-says'],
        [commit(pgp, payload, false), 'limited'],
        [commit(null, null), 'none'],
        [commit('-----BEGIN SSH SIGNATURE-----\nAAAA\n-----END SSH SIGNATURE-----'), 'refused'],
      ];
      for (const [value, state] of states) expect((await judged(value, ''))?.signature).toBe(state);
      const untold = { sha: 'ab'.repeat(20), commit: { message: 'x', committer: { date: '2026-11-21T10:00:00Z' } } };
      expect((await judged(untold, ''))?.signature).toBe('limited');
    });
  },
);
