import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ephemeralSigner, parseSignerKey } from './key.ts';
import { isKeyName, type NoteVerifier, noteVerifier, openNote, signNote } from './note.ts';
import { noteSigner } from './note-signer.ts';

// The keys and signatures of Go's own tests, golang.org/x/mod/sumdb/note.
const peterKey = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW';
const peterSigner = 'PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz';
const enochKey = 'EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop';
const text = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
const peterLine =
  '— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n';
const enochLine =
  '— EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=\n';
// The example of c2sp.org/signed-note.
const quasimodo =
  'Ognuno sta solo sul cuor della terra\ntrafitto da un raggio di sole:\n\ned è subito sera.\n\n— quasimodo.example/salvatore NnugSzTjtVAewIS+Z/iJhUPeFDkO/5QQ2i5ddnGITLlC+EhfLW9oJKONrMouFSQU0xMcXxj99ihAQwaqP3ZekRwNtIc=\n';

function verifier(key: string): NoteVerifier {
  const found = noteVerifier(key);
  if (found === undefined) throw new Error(`no verifier key: ${key}`);
  return found;
}
const open = (note: string, ...keys: string[]) => openNote(Buffer.from(note), keys.map(verifier));

describe("Go's vectors", () => {
  test('the key is read, and every mangling of it refused', () => {
    expect(verifier(peterKey).name).toBe('PeterNeumann');
    for (let from = 0; from < peterKey.length; from += 1) {
      for (let to = from + 1; to <= peterKey.length; to += 1) {
        if (from !== 0 || to !== peterKey.length) expect(noteVerifier(peterKey.slice(from, to))).toBeUndefined();
      }
      const next = String.fromCharCode(peterKey.charCodeAt(from) + 1);
      expect(noteVerifier(peterKey.slice(0, from) + next + peterKey.slice(from + 1))).toBeUndefined();
    }
    // another length, and another algorithm, both with the key id that would fit
    expect(noteVerifier('PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==')).toBeUndefined();
    expect(noteVerifier('PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW')).toBeUndefined();
  });

  test('signing gives the same note to the byte', () => {
    const signer = parseSignerKey(peterSigner);
    expect(signer?.verifierKey).toBe(peterKey);
    if (signer !== undefined) expect(signNote(text, [signer])).toBe(`${text}\n${peterLine}`);
  });

  test('known signatures count, unknown ones are passed over', () => {
    expect(open(`${text}\n${peterLine}${enochLine}`, peterKey)).toMatchObject({ ok: true, text });
    const both = open(`${text}\n${peterLine}${enochLine}`, peterKey, enochKey);
    expect(both.ok && both.signedBy.map(({ name }) => name)).toEqual(['PeterNeumann', 'EnochRoot']);
    expect(open(`${text}\n${enochLine}`, peterKey)).toMatchObject({ ok: false, reason: 'no known key has signed it' });
    expect(open(`${text}\n${peterLine}`)).toMatchObject({ ok: false });
  });

  test('a wrong signature of a known key condemns the note, also next to a right one', () => {
    const wrong = peterLine.replace('ZJkuBS9UG', 'ZJkuBS9UH');
    expect(open(`${text}\n${wrong}`, peterKey)).toMatchObject({
      ok: false,
      reason: 'the signature of PeterNeumann is wrong',
    });
    expect(open(`${text}\n${peterLine}${wrong}`, peterKey)).toMatchObject({ ok: false });
    expect(open(`${text}\n${wrong}${enochLine}`, peterKey, enochKey)).toMatchObject({ ok: false });
  });

  test.each([
    ['no signature', text],
    ['an empty signature part', `${text}\n`],
    ['no last newline', `${text}\n${peterLine.slice(0, -1)}`],
    ['a control character', `\u0001${text}\n${peterLine}`],
    ['a carriage return', `\r${text}\n${peterLine}`],
    ['a space in a name', `${text}\n${peterLine.replace('PeterNeumann', 'Bad Name')}`],
    ['a plus in a name', `${text}\n${peterLine.replace('PeterNeumann', 'Bad+Name')}`],
    ['a no-break space in a name', `${text}\n${peterLine.replace('PeterNeumann', 'Bad\u00a0Name')}`],
    ['a line that is no signature', `${text}\n${peterLine}Unexpected line.\n`],
    ['another dash', `${text}\n${peterLine.replace('—', '-')}`],
    ['no base64', `${text}\n${peterLine.replace('x08go', 'x0?go')}`],
    ['base64 with loose bits', `${text}\n${peterLine.replace('nAM=', 'nAN=')}`],
    ['a signature without a key id', `${text}\n— PeterNeumann x08g\n`],
    ['too many signatures', `${text}\n${peterLine.repeat(101)}`],
    ['too many bytes', `${'x'.repeat(200_000)}\n\n${peterLine}`],
  ])('%s is malformed', (_name, note) => {
    expect(open(note, peterKey)).toMatchObject({ ok: false, reason: 'it is not a signed note' });
  });

  test('bytes that are not UTF-8 are malformed', () => {
    const note = Buffer.concat([Uint8Array.of(0xff), Buffer.from(`${text}\n${peterLine}`)]);
    expect(openNote(note, [verifier(peterKey)])).toMatchObject({ ok: false });
  });
});

test("the standard's example parses: its text holds an empty line", () => {
  const other = ephemeralSigner('other.example');
  const note = `${quasimodo}— other.example ${Buffer.from(other.sign(quasimodo.slice(0, quasimodo.lastIndexOf('\n\n') + 1))).toString('base64')}\n`;
  expect(open(note, other.verifierKey)).toMatchObject({
    ok: true,
    text: 'Ognuno sta solo sul cuor della terra\ntrafitto da un raggio di sole:\n\ned è subito sera.\n',
  });
});

test('a key with the same name but another id, or the same id but another name, is unknown', () => {
  const mine = ephemeralSigner('a.example');
  const theirs = ephemeralSigner('a.example');
  expect(open(signNote('x\n', [mine]), theirs.verifierKey)).toMatchObject({
    ok: false,
    reason: 'no known key has signed it',
  });
  const renamed = signNote('x\n', [mine]).replace('a.example', 'b.example');
  expect(open(renamed, mine.verifierKey)).toMatchObject({ ok: false, reason: 'no known key has signed it' });
});

test('any signed text opens with its key, and with no bit changed', () => {
  const signer = noteSigner('log.example/x', Buffer.alloc(32, 7));
  const line = fc
    .string({ unit: 'grapheme', maxLength: 20 })
    .filter((one) => !/\p{Cc}/u.test(one) && one.isWellFormed());
  fc.assert(
    fc.property(fc.array(line, { minLength: 1, maxLength: 4 }), fc.nat(), (lines, seed) => {
      const body = `${lines.join('\n')}\n`;
      const note = Buffer.from(signNote(body, [signer]));
      expect(openNote(note, [verifier(signer.verifierKey)])).toMatchObject({ ok: true, text: body });
      const bit = seed % (note.length * 8);
      note[bit >> 3] = (note[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(openNote(note, [verifier(signer.verifierKey)]).ok).toBe(false);
    }),
  );
});

test('public keys that are no point of the curve refuse every signature without a crash', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (raw) => {
      const signer = noteSigner('n.example', Buffer.alloc(32, 1));
      const typed = Buffer.concat([Uint8Array.of(1), raw]);
      const { createHash } = process.getBuiltinModule('node:crypto');
      const id = createHash('sha256').update('n.example\n').update(typed).digest('hex').slice(0, 8);
      const found = noteVerifier(`n.example+${id}+${typed.toString('base64')}`);
      expect(found?.verify('x\n', signer.sign('x\n').subarray(4))).toBe(false);
    }),
  );
});

test('what cannot be signed is refused', () => {
  const signer = ephemeralSigner();
  expect(() => signNote('no newline', [signer])).toThrow(TypeError);
  expect(() => signNote('bell \u0007\n', [signer])).toThrow(TypeError);
  expect(() => noteSigner('two words', Buffer.alloc(32))).toThrow(TypeError);
  expect(() => noteSigner('ok', Buffer.alloc(31))).toThrow(TypeError);
  expect(['a', 'firebreak.local/x', 'ü'].every(isKeyName)).toBe(true);
  expect(['', ' ', 'a b', 'a+b', 'a\u2003b', 'a\nb', '\ud800'].some(isKeyName)).toBe(false);
});
