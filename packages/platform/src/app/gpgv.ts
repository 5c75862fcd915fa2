/**
 * OpenPGP signatures of commits, judged by `gpgv` where it is installed: GnuPG's verifier, which knows a keyring and nothing else. No
 * JavaScript library that may be used here reads OpenPGP well enough to be believed. What must stay true: it sees only files in a
 * folder of ours, gets its arguments as a list, has no home of its own to read from, and only a signature that is good in every
 * word that it says counts. It does not look at whether a key has ended or was taken back: who gives the keyring says whom to believe.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { printable } from '../intake/foreign.ts';
import type { CommitSigners, PgpVerdict } from '../promotion/channels/commits.ts';

const oneMs = 10_000;
const mostOutput = 256 * 1024;
/** Of one audit; each is a process. */
const mostJudged = 1000;
const said = /^\[GNUPG:\] (\S+)(?: (.*))?$/gm;
const notGood = new Set(['BADSIG', 'ERRSIG', 'EXPSIG', 'EXPKEYSIG', 'REVKEYSIG', 'NODATA', 'FAILURE', 'ERROR']);

/**
 * @param keys public keys, armored, one block or several. Undefined where there are none.
 * @param program for tests
 */
export async function openGpgv(keys: string, program = 'gpgv') {
  const ring = binaryOf(keys);
  if (ring.length === 0) return undefined;
  const folder = await mkdtemp(join(tmpdir(), 'firebreak-gpgv-'));
  const at = (name: string) => join(folder, name);
  await writeFile(at('ring.gpg'), ring);
  let left = mostJudged;
  const pgp: NonNullable<CommitSigners['pgp']> = async (signature, payload) => {
    if (left <= 0) return undefined;
    left -= 1;
    await writeFile(at('signature'), signature);
    await writeFile(at('payload'), payload);
    const argv = ['--status-fd', '1', '--homedir', folder, '--keyring', at('ring.gpg'), '--weak-digest', 'SHA1'];
    return verdictOf(await run(program, [...argv, at('signature'), at('payload')], folder));
  };
  return { pgp, close: () => rm(folder, { recursive: true, force: true }) };
}

interface Ended {
  /** Undefined where it could not be started, or did not end in time. */
  readonly code: number | undefined;
  readonly out: string;
}

function run(program: string, argv: readonly string[], cwd: string): Promise<Ended> {
  const options = { cwd, timeout: oneMs, maxBuffer: mostOutput, env: { PATH: process.env.PATH ?? '', LC_ALL: 'C' } };
  return new Promise((resolve) => {
    execFile(program, argv, options, (error, out) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : undefined;
      resolve({ code, out });
    });
  });
}

function verdictOf({ code, out }: Ended): PgpVerdict | undefined {
  if (code === undefined) return undefined;
  const words = new Map([...out.matchAll(said)].map(([, word = '', rest = '']) => [word, rest]));
  const who = words.get('GOODSIG');
  const [fingerprint] = (words.get('VALIDSIG') ?? '').split(' ');
  const bad = [...words.keys()].find((word) => notGood.has(word));
  if (code === 0 && who !== undefined && fingerprint !== undefined && fingerprint !== '' && bad === undefined)
    return {
      signature: 'verified',
      why: `Signed by ${printable(who.split(' ').slice(1).join(' '))} (OpenPGP ${fingerprint}).`,
    };
  return {
    signature: 'refused',
    why: words.has('NO_PUBKEY')
      ? 'It is signed by an OpenPGP key that is not among those given.'
      : `Its OpenPGP signature does not hold (${bad ?? 'gpgv says nothing good of it'}).`,
  };
}

/** `gpgv` reads a ring of bytes: what stands between the armor's head and its checksum. */
function binaryOf(armored: string): Buffer {
  const blocks = armored.matchAll(/-----BEGIN PGP PUBLIC KEY BLOCK-----([\s\S]*?)-----END PGP PUBLIC KEY BLOCK-----/g);
  return Buffer.concat(
    [...blocks].map(([, block = '']) => {
      const lines = block.split('\n').map((line) => line.trim());
      // Headers (`Version: …`) end with an empty line; the checksum begins with `=`.
      const start = lines.findLastIndex((line) => /^[A-Za-z]+: /.test(line)) + 1;
      return Buffer.from(
        lines
          .slice(start)
          .filter((line) => !line.startsWith('='))
          .join(''),
        'base64',
      );
    }),
  );
}
