import type { Moment } from '@firebreak/contract';
import { expect, test } from 'vitest';
import { planOf } from '../../execution/testing/switchboard.case.ts';
import { sha256Hex } from '../../kernel/digest.ts';
import { incidentDocuments } from './documents.ts';
import { hostile, storyOf } from './testing/story.case.ts';

const textOf = (documents: Awaited<ReturnType<typeof incidentDocuments>>, name: string) =>
  Buffer.from(documents.find((each) => each.name === name)?.bytes ?? []).toString();

test('what belongs to an incident is there, and made again it is the same to the byte', async () => {
  const story = storyOf({ plan: planOf([{ name: 'a' }]) });
  const [once, again] = [await incidentDocuments(story), await incidentDocuments(story)];
  expect(once.map(({ name }) => name).sort()).toEqual([
    'approvals.json',
    'case.jsonld',
    'certificate.json',
    'plan.json',
    'report.html',
    'report.pdf',
    'timeline.json',
  ]);
  expect(again.map(({ name, bytes }) => [name, sha256Hex(bytes)])).toEqual(
    once.map(({ name, bytes }) => [name, sha256Hex(bytes)]),
  );
  expect(JSON.parse(textOf(once, 'approvals.json')).approvals).toMatchObject([{ entry: 2, by: 'ann' }]);
  expect(JSON.parse(textOf(once, 'certificate.json'))).toMatchObject({ plan: story.plan?.digest, check: null });
});

test('no foreign text becomes markup in the page, or hides in it', async () => {
  const html = textOf(await incidentDocuments(storyOf({ title: hostile, words: hostile })), 'report.html');
  expect(html).not.toContain('<script');
  expect(html).not.toContain('<img');
  expect(html).not.toContain('\u202e');
  expect(html).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
  expect(html).toContain('\\u{202e}');
  expect(html).toContain("default-src 'none'");
});

test('the PDF holds its fonts and says what the page says', async () => {
  const documents = await incidentDocuments(storyOf({ title: 'Grüße, Ελλάδα, Москва', words: 'took the model 模型' }));
  const pdf = documents.find(({ name }) => name === 'report.pdf')?.bytes ?? Buffer.of();
  const latin = Buffer.from(pdf).toString('latin1');
  expect(latin.startsWith('%PDF-1.')).toBe(true);
  expect(latin).toContain('/FontFile2');
  expect(latin).not.toContain('/JavaScript');
  expect(latin).not.toContain('/Helvetica');
});

test('a thousand and more moments are cut in the reports, and said, but not in the data', async () => {
  const moments = Array.from(
    { length: 1200 },
    (_, n): Moment => ({ ...storyOf({}).moments[0], id: `m${n}` }) as Moment,
  );
  const documents = await incidentDocuments({ ...storyOf({}), moments });
  expect(textOf(documents, 'report.html')).toContain('The first 1000 of 1200 rows are shown');
  expect(JSON.parse(textOf(documents, 'timeline.json')).moments).toHaveLength(1200);
});

test('identifiers of the graph are those that CASE asks for, and none dangles', async () => {
  const graph = JSON.parse(textOf(await incidentDocuments(storyOf({})), 'case.jsonld'))['@graph'];
  const ids = graph.map((node: { '@id': string }) => node['@id']);
  expect(new Set(ids).size).toBe(ids.length);
  for (const id of ids)
    expect(id).toMatch(/^kb:[a-z-]+-[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/);
  const named = [...JSON.stringify(graph).matchAll(/\{"@id":"(kb:[^"]+)"\}/g)].map(([, id]) => id);
  expect(named.filter((id) => !ids.includes(id))).toEqual([]);
  expect(named.length).toBeGreaterThan(3);
});
