import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { AnyFact, Gap, KubernetesFact } from '@firebreak/contract';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { cutDocuments } from '../../intake/documents/documents.ts';
import { parsePiece } from '../../intake/documents/parse.ts';
import { collectManifests, openManifests, readManifests } from './files.ts';

const signal = new AbortController().signal;
const pod = (name: string) => `apiVersion: v1\nkind: Pod\nmetadata:\n  name: ${name}\nspec: {}\n`;
const podJson = (name: string) => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name }, spec: {} });

async function* bytes(...chunks: (string | Uint8Array)[]): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) yield typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
}
async function collectFrom(path: string, input?: AsyncIterable<Uint8Array>, maxDocumentBytes = 1024 * 1024) {
  const facts: AnyFact[] = [];
  const gaps: Gap[] = [];
  for await (const each of collectManifests({ path, maxDocumentBytes, ...(input ? { input } : {}) }, signal)) {
    if ('fact' in each) facts.push(each.fact);
    else gaps.push(each.gap);
  }
  return { facts, gaps, names: facts.map((fact) => (fact.data as KubernetesFact).metadata.name) };
}
const collectText = (text: string | Uint8Array, limit?: number) => collectFrom('-', bytes(text), limit);

describe('documents', () => {
  test.each([
    [
      'markers, comments, empty documents',
      `# head\n---\n${pod('a')}---\n# nothing\n---\n---\n${pod('b')}...\n`,
      ['a', 'b'],
    ],
    [
      'Windows line ends and a byte order mark',
      `\ufeff${pod('a')}---\n${pod('b')}`.replaceAll('\n', '\r\n'),
      ['a', 'b'],
    ],
    ['a byte order mark before each document', `\ufeff${pod('a')}---\n\ufeff${pod('b')}`, ['a', 'b']],
    ['Helm sources and notes', `---\n# Source: c/templates/p.yaml\n${pod('a')}\nNOTES:\n1. Visit http://x\n`, ['a']],
    [
      'a marker with content',
      `--- {apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {}}\n---\n${pod('b')}`,
      ['a', 'b'],
    ],
    [
      'a YAML list',
      `apiVersion: v1\nkind: List\nitems:\n- ${JSON.stringify(podJson('a'))}\n- ${JSON.stringify(podJson('b'))}\n`,
      ['a', 'b'],
    ],
    [
      'JSON values one after the other',
      `${JSON.stringify(podJson('a'))}\n${JSON.stringify(podJson('b'), null, 2)}`,
      ['a', 'b'],
    ],
    [
      'a JSON list of a kind',
      JSON.stringify({ apiVersion: 'v1', kind: 'PodList', items: [{ metadata: { name: 'a' }, spec: {} }] }),
      ['a'],
    ],
    [
      'lists in lists',
      JSON.stringify({
        apiVersion: 'v1',
        kind: 'List',
        items: [{ apiVersion: 'v1', kind: 'List', items: [podJson('a')] }],
      }),
      ['a'],
    ],
    ['anchors and merge keys', `x: &m {name: a}\napiVersion: v1\nkind: Pod\nmetadata: {<<: *m}\nspec: {}\n`, ['a']],
  ])('%s', async (_, text, names) => {
    expect((await collectText(text)).names).toEqual(names);
  });

  test('YAML 1.1 booleans are booleans, as for kubectl', async () => {
    const { facts } = await collectText(pod('a').replace('spec: {}', 'spec: {hostPID: yes}'));
    expect(facts[0]?.data).toMatchObject({ spec: { hostPID: true } });
  });

  test('cutting does not depend on where the chunks end, and loses nothing between markers', () => {
    const line = fc.constantFrom(
      '---',
      '--- # x',
      '...',
      'a: 1',
      '- b',
      'items:',
      '- kind: Pod',
      '  name: x',
      '{"a": [1,',
      '"items":[{"k":1}',
      ',{"k":2}]}',
      '# c',
      '',
      'kind: List',
      '"',
      'NOTES:',
      '[1,2',
      ']',
      `x: ${'y'.repeat(70)}`,
      `- ${'z'.repeat(70)}`,
    );
    fc.assert(
      fc.property(
        fc.array(line, { maxLength: 25 }),
        fc.constantFrom('\n', '\r\n'),
        fc.integer({ min: 1, max: 9 }),
        (lines, end, size) => {
          const input = Buffer.from(lines.join(end));
          const cut = (step: number) => {
            const stream = cutDocuments({ maxPiece: 60, listThreshold: 20 });
            const cuts = [];
            for (let at = 0; at < input.length; at += step) cuts.push(...stream.push(input.subarray(at, at + step)));
            cuts.push(...stream.end());
            return cuts.map((each) =>
              JSON.stringify({ ...each, bytes: 'bytes' in each ? each.bytes.toString() : '', head: '' }),
            );
          };
          expect(cut(size)).toEqual(cut(input.length + 1));
        },
      ),
    );
  });

  test('a long list is read item by item, YAML and JSON alike', async () => {
    const names = Array.from({ length: 40 }, (_, index) => `pod-${index}`);
    const block = (name: string) =>
      pod(name)
        .trimEnd()
        .split('\n')
        .map((line, index) => (index === 0 ? `- ${line}` : `  ${line}`))
        .join('\n');
    const yaml = `apiVersion: v1\nitems:\n${names.map(block).join('\n')}\nkind: List\n---\n${pod('after')}`;
    const indented = `apiVersion: v1\nkind: List\nitems:\n${names.map(block).join('\n').replace(/^/gm, '    ')}\n`;
    const json = JSON.stringify({
      apiVersion: 'v1',
      kind: 'PodList',
      items: names.map((name) => ({ metadata: { name }, spec: {} })),
    });
    expect((await collectText(yaml, 512)).names).toEqual([...names, 'after']);
    expect((await collectText(indented, 512)).names).toEqual(names);
    expect((await collectText(json, 512)).names).toEqual(names);
    expect((await collectText(json, 512)).facts[2]?.source.locator).toBe('stdin#1[3]');
  });
});

describe('what cannot be read is said, and the rest is read', () => {
  test.each([
    [
      'a truncated document',
      `${pod('a')}---\napiVersion: v1\nkind: [Pod\n---\n${pod('b')}`,
      'FB-YAML-INVALID',
      'stdin#2 line 9',
    ],
    [
      'truncated JSON',
      `${pod('a')}---\n{"apiVersion": "v1", "kind": "Po\n---\n${pod('b')}`,
      'FB-YAML-INVALID',
      'stdin#2 line 8',
    ],
    [
      'a template',
      `${pod('a')}---\nkind: Pod\n{{- if .Values.x }}\n  a: b\n---\n${pod('b')}`,
      'FB-YAML-INVALID',
      'stdin#2 line 8',
    ],
    [
      'a templated name',
      `${pod('a')}---\n${pod('"{{ .Release.Name }}"')}---\n${pod('b')}`,
      'FB-YAML-INVALID',
      'stdin#2',
    ],
    ['a custom tag', `${pod('a')}---\nx: !vault secret\n---\n${pod('b')}`, 'FB-YAML-INVALID', 'stdin#2 line 7'],
    [
      'deep nesting',
      `${pod('a')}---\nx: ${'['.repeat(5000)}${']'.repeat(5000)}\n---\n${pod('b')}`,
      'FB-YAML-BOMB',
      'stdin#2 line 7',
    ],
    [
      'deep JSON',
      `${pod('a')}---\n${'['.repeat(5000)}${']'.repeat(5000)}\n---\n${pod('b')}`,
      'FB-YAML-BOMB',
      'stdin#2 line 7',
    ],
    ['NUL bytes', `${pod('a')}---\nx: "a\0b"\n---\n${pod('b')}`, 'FB-YAML-INVALID', 'stdin#2 line 6'],
    [
      'control characters in a name',
      `${pod('a')}---\n${pod('"x\\e[2Jy"')}---\n${pod('b')}`,
      'FB-K8S-OBJECT-INVALID',
      'stdin#2',
    ],
    ['plain text', `${pod('a')}---\nhello\n---\n${pod('b')}`, 'FB-FILE-SKIPPED', 'stdin#2'],
    ['values without a kind', `${pod('a')}---\nreplicas: 1\n---\n${pod('b')}`, 'FB-FILE-SKIPPED', 'stdin#2'],
    [
      'a kustomization',
      `${pod('a')}---\napiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n---\n${pod('b')}`,
      'FB-FILE-SKIPPED',
      'stdin#2',
    ],
    [
      'a document that is too long',
      `${pod('a')}---\nx: ${'y'.repeat(9000)}\n---\n${pod('b')}`,
      'FB-FILE-TOO-LARGE',
      'stdin#2 line 6',
    ],
  ])('%s', async (_, text, code, where) => {
    const { names, gaps } = await collectText(text, code === 'FB-FILE-TOO-LARGE' ? 4096 : undefined);
    expect(names).toEqual(['a', 'b']);
    expect(gaps).toMatchObject([{ code, where }]);
  });

  test('an alias bomb is a gap at once', async () => {
    const levels = Array.from(
      { length: 12 },
      (_, level) => `l${level}: &l${level} [${level === 0 ? 'x' : `${`*l${level - 1},`.repeat(9)}`}]`,
    );
    const { names, gaps } = await collectText(`${levels.join('\n')}\n---\n${pod('b')}`);
    expect(names).toEqual(['b']);
    expect(gaps).toMatchObject([{ code: 'FB-YAML-BOMB' }]);
    expect((await collectText('a: &a [*a]\n')).gaps[0]?.code).toBe('FB-YAML-BOMB');
  });

  test('the same key twice: the last one counts, and it is said without making answers limited', async () => {
    const { facts, gaps } = await collectText(pod('a').replace('spec: {}', 'spec: {hostPID: false, hostPID: true}'));
    expect(facts[0]?.data).toMatchObject({ spec: { hostPID: true } });
    expect(gaps).toMatchObject([{ code: 'FB-YAML-INVALID', kinds: [] }]);
  });

  test('a closing bracket that stands too far out is accepted, as Go’s reader accepts it', async () => {
    const args =
      "spec:\n  containers:\n  - name: c\n    args: ['\n      echo a;\n      echo b\n    ']\n    image: [x\n    ]\n";
    const { value } = parsePiece({ kind: 'document', bytes: Buffer.from(args), document: 1, line: 1 });
    expect(value).toEqual({ spec: { containers: [{ name: 'c', args: [' echo a; echo b '], image: ['x'] }] } });
  });

  test('bytes that are no UTF-8', async () => {
    expect((await collectText(Buffer.from(`x: caf\xe9\n`, 'latin1'))).gaps[0]?.code).toBe('FB-YAML-INVALID');
    expect((await collectText(Buffer.from(`\ufeff${pod('a')}`, 'utf16le'))).gaps[0]?.reason).toContain('UTF-16');
  });

  test('a file with thousands of faults makes a bounded number of gaps, and counts them', async () => {
    const { gaps } = await collectText('---\n[\n'.repeat(3000));
    expect(gaps.length).toBeLessThan(60);
    expect(gaps.find((gap) => gap.reason.includes('2950 more'))).toBeDefined();
  });

  test.each([
    ['documents', `${pod('a')}---\n${pod('b')}---\n${pod('c')}`],
    ['items of no use', `[${'1,'.repeat(600_000)}1]`],
  ])('more %s than are read are given up with a word', async (_, text) => {
    const gaps: Gap[] = [];
    let objects = 0;
    const source = { path: '-', maxDocumentBytes: 1_000_000, maxObjects: 2, input: bytes(text) };
    for await (const read of readManifests(source, signal)) {
      if ('gap' in read) gaps.push(read.gap);
      else objects += 1;
    }
    expect(objects).toBeLessThanOrEqual(2);
    expect(gaps.at(-1)).toMatchObject({ code: 'FB-FILE-TOO-LARGE', kinds: ['*'] });
    expect(gaps.length).toBeLessThanOrEqual(3);
  });

  test('nothing at all is a gap that touches everything', async () => {
    expect((await collectText('# empty\n')).gaps).toMatchObject([{ code: 'FB-SOURCE-EMPTY', kinds: ['*'] }]);
  });

  test('20 MB in one document is passed over and in many documents is read, in bounded memory', async () => {
    async function* one() {
      yield Buffer.from('x:\n');
      for (let index = 0; index < 20; index += 1) yield Buffer.from('- aaaaaaa\n'.repeat(100_000));
      yield Buffer.from(`---\n${pod('after')}`);
    }
    const before = process.memoryUsage().rss;
    const huge = await collectFrom('-', one());
    expect(huge.names).toEqual(['after']);
    expect(huge.gaps).toMatchObject([{ code: 'FB-FILE-TOO-LARGE' }]);
    expect(process.memoryUsage().rss - before).toBeLessThan(300 * 1024 * 1024);
    async function* many() {
      for (let index = 0; index < 10_000; index += 1)
        yield Buffer.from(`---\n${pod(`p-${index}`)}#${'x'.repeat(2000)}\n`);
    }
    expect((await collectFrom('-', many())).facts).toHaveLength(10_000);
  });
});

describe('folders', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'firebreak-files-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const namedPipe = () => {
    const path = join(folder, 'pipe');
    execFileSync('sh', ['-c', 'mkfifo "$0"', path]);
    return path;
  };

  test('are read in the order of their paths, without what is hidden', async () => {
    mkdirSync(join(folder, 'b'));
    mkdirSync(join(folder, '.git'));
    writeFileSync(join(folder, 'b', 'x.yml'), pod('second'));
    writeFileSync(join(folder, 'a.yaml'), pod('first'));
    writeFileSync(join(folder, 'c.json'), JSON.stringify(podJson('third')));
    writeFileSync(join(folder, '.git', 'x.yaml'), pod('hidden'));
    writeFileSync(join(folder, 'README.md'), '# hi');
    const { names, gaps, facts } = await collectFrom(folder);
    expect(names).toEqual(['first', 'second', 'third']);
    expect(facts[1]?.source.locator).toBe('b/x.yml#1');
    expect(gaps).toMatchObject([{ code: 'FB-FILE-SKIPPED', kinds: [], reason: expect.stringContaining('.md 1') }]);
  });

  test('links never lead out of the folder', async () => {
    const outside = mkdtempSync(join(tmpdir(), 'firebreak-outside-'));
    writeFileSync(join(outside, 'x.yaml'), pod('outside'));
    writeFileSync(join(folder, 'a.yaml'), pod('inside'));
    symlinkSync(join(outside, 'x.yaml'), join(folder, 'file.yaml'));
    symlinkSync(outside, join(folder, 'folder'));
    symlinkSync(folder, join(folder, 'circle'));
    symlinkSync('nowhere', join(folder, 'dangling.yaml'));
    const { names, gaps } = await collectFrom(folder);
    rmSync(outside, { recursive: true });
    expect(names).toEqual(['inside']);
    expect(gaps.map((gap) => gap.where).sort()).toEqual(['dangling.yaml', 'file.yaml', 'folder']);
  });

  test('a source that does not exist is an error, and files refuse to be asked', async () => {
    await expect(collectFrom(join(folder, 'nothing'))).rejects.toThrow('FB-SOURCE-UNREADABLE');
    const session = openManifests({ path: folder, maxDocumentBytes: 1 });
    const answer = await session.get({ group: '', version: 'v1', plural: 'pods' }, signal);
    expect(answer).toMatchObject({ ok: false, sent: false });
  });

  test('reading stops when it is told to', async () => {
    const controller = new AbortController();
    writeFileSync(join(folder, 'a.yaml'), Array.from({ length: 100 }, (_, index) => pod(`p-${index}`)).join('---\n'));
    const read = async () => {
      for await (const _ of readManifests({ path: folder, maxDocumentBytes: 1024 }, controller.signal))
        controller.abort();
    };
    await expect(read()).rejects.toThrow();
  });

  test.each([
    ['a named pipe without a writer', () => ({ path: namedPipe() })],
    ['an open standard input', () => ({ path: '-', input: new Readable({ read: () => {} }) })],
  ])('waiting for %s stops when it is told to', async (_, source) => {
    const controller = new AbortController();
    const reading = readManifests({ ...source(), maxDocumentBytes: 1024 }, controller.signal).next();
    setImmediate(() => controller.abort());
    await expect(reading).rejects.toThrow('aborted');
  });

  test('a named pipe is read to its end', async () => {
    const path = namedPipe();
    const [{ names, gaps }] = await Promise.all([collectFrom(path), writeFile(path, pod('piped'))]);
    expect({ names, gaps }).toEqual({ names: ['piped'], gaps: [] });
  });
});

const data = new URL('../../../../../../shared/data/', import.meta.url).pathname;
test.skipIf(!existsSync(data)).each([
  ['kuberay', 0, 180],
  ['argo-workflows', 0, 220],
  ['kubernetes-goat', 4, 33],
  ['flux-example', 0, 19],
])(
  'corpus %s is read, with everything left out reported (skipped: corpus not present)',
  async (name, broken, atLeast) => {
    const { facts, gaps } = await collectFrom(join(data, name), undefined, 4 * 1024 * 1024);
    const counts = Object.entries(Object.groupBy(gaps, (gap) => gap.code)).map(
      ([code, list]) => `${code} ${list?.length}`,
    );
    console.info(`${name}: ${facts.length} facts; ${counts.join(', ')}`);
    expect(gaps.filter((gap) => gap.code === 'FB-YAML-INVALID' && gap.kinds.length > 0)).toHaveLength(broken);
    expect(facts.length).toBeGreaterThanOrEqual(atLeast);
  },
);
