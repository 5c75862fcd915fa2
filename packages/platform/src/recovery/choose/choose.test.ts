/** Which version may come back: small worlds and reviewed outcomes. */
import type { ArtifactReport, ModelVerdict } from '@firebreak/contract';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type ChooseInput, candidates, type KnownVersion } from './choose.ts';

const firstEvent = '2026-11-20T12:00:00.000Z';
const day = (number: number) => `2026-11-${String(number).padStart(2, '0')}T00:00:00.000Z`;

function version(number: number, changes: Partial<KnownVersion> = {}): KnownVersion {
  const text = String(number);
  return {
    version: { version: text, node: `m/${text}`, uris: [], digests: [], revisions: [], models: [] },
    made: day(number),
    seen: day(number),
    ready: true,
    madeBy: [`run/${text}`],
    trained: day(number),
    data: [{ nodes: [`data/${text}`, 'bucket'], name: 'payments', digest: `d${text}` }],
    ...changes,
  };
}
const signed = (key = 'good'): ModelVerdict => ({
  kind: 'firebreak/model-verdict',
  verdict: 'verified',
  model: 'm',
  signature: '',
  signer: { by: 'key', key },
  statement: { name: 'm', predicateType: 'p', root: 'aa', method: 'files', hash: 'sha256', resources: 1 },
  reasons: [],
  missing: [],
  extra: [],
  changed: [],
  ignored: [],
  notes: [],
  files: 1,
  bytes: 1,
});
const scanned = (verdict: ArtifactReport['verdict'] = 'safe'): ArtifactReport => ({
  kind: 'firebreak/artifact-report',
  at: day(1),
  verdict,
  files: [],
});

function choose(versions: readonly KnownVersion[], changes: Partial<ChooseInput> = {}) {
  const input: ChooseInput = {
    versions,
    served: new Map(),
    verdicts: new Map(
      versions.map(({ version: { version: name } }) => [name, { signature: signed(), scan: scanned() }]),
    ),
    suspects: { compromised: new Set(), signers: new Map(), data: new Map() },
    firstEvent,
    accepted: new Set(),
    ...changes,
  };
  return candidates(input).map(({ version: { version: name }, verdict, reasons }) => [
    name,
    verdict,
    ...reasons.map(({ code }) => code),
  ]);
}

test('the newest from before the first event comes back; what was made after it does not', () => {
  expect(choose([version(18), version(19), version(21)])).toEqual([
    ['19', 'fit'],
    ['18', 'fit'],
    ['21', 'refused', 'after-first-event'],
  ]);
});

test('what people were served counts before what is only newer', () => {
  const by = { by: 'alias production', until: null, told: 'event' } as const;
  expect(
    choose([version(17), version(18), version(19)], {
      served: new Map([
        ['17', [{ ...by, from: day(17) }]],
        ['18', [{ ...by, from: day(18) }]],
      ]),
    }).map(([name]) => name),
  ).toEqual(['18', '17', '19']);
});

test('nobody looked: open, and it may be taken upon oneself; somebody looked and it was wrong: refused, whatever one takes', () => {
  const versions = [version(19)];
  expect(choose(versions, { verdicts: new Map() })).toEqual([['19', 'open', 'not-verified', 'not-scanned']]);
  const accepted = new Set(['not-verified', 'not-scanned', 'scan-unsafe', 'signature-refused'] as const);
  expect(choose(versions, { verdicts: new Map(), accepted })).toEqual([['19', 'fit', 'not-verified', 'not-scanned']]);
  const refused = { ...signed(), verdict: 'refused' as const };
  expect(
    choose(versions, { verdicts: new Map([['19', { signature: refused, scan: scanned('unsafe') }]]), accepted }),
  ).toEqual([['19', 'refused', 'signature-refused', 'scan-unsafe']]);
});

test('a signer who was compromised counts for what a collection saw before, and for nothing else', () => {
  const suspects = { compromised: new Set<string>(), signers: new Map([['key good', day(18)]]), data: new Map() };
  expect(choose([version(17), version(19), version(16, { seen: null })], { suspects })).toEqual([
    ['17', 'fit'],
    ['19', 'refused', 'signer-compromised'],
    ['16', 'refused', 'signer-compromised'],
  ]);
});

test('data from inside the window is suspect, unless the same content was learned from before it', () => {
  const suspects = {
    compromised: new Set<string>(),
    signers: new Map<string, string>(),
    data: new Map([['bucket', { from: day(18), until: null }]]),
  };
  const same = version(19, { data: [{ nodes: ['bucket'], name: 'payments', digest: 'd17' }] });
  expect(choose([version(17), version(18), same], { suspects })).toEqual([
    ['19', 'fit'],
    ['17', 'fit'],
    ['18', 'refused', 'suspicious-data'],
  ]);
});

test('itself compromised, or made by who is', () => {
  const suspects = { compromised: new Set(['m/18', 'run/19']), signers: new Map<string, string>(), data: new Map() };
  const late = version(19, { trained: '2026-11-20T13:00:00.000Z' });
  expect(choose([version(18), late], { suspects })).toEqual([
    ['19', 'refused', 'made-by-compromised'],
    ['18', 'refused', 'compromised'],
  ]);
});

test('never fit: unverified, unsafe, or from after the first event, however the rest of it is', () => {
  const moments = fc.option(fc.integer({ min: 1, max: 28 }).map(day), { nil: null });
  fc.assert(
    fc.property(
      fc.array(
        fc.record({
          number: fc.integer({ min: 1, max: 28 }),
          made: moments,
          seen: moments,
          signature: fc.constantFrom(undefined, 'verified', 'refused', 'unknown'),
          scan: fc.constantFrom(undefined, 'safe', 'suspicious', 'cannot-tell', 'unsafe'),
        }),
        { maxLength: 8 },
      ),
      (drawn) => {
        const versions = drawn.map(({ number, made, seen }, at) => version(number * 100 + at, { made, seen }));
        const verdicts = new Map(
          drawn.map(({ signature, scan }, at) => [
            versions[at]?.version.version ?? '',
            {
              ...(signature === undefined
                ? {}
                : { signature: { ...signed(), verdict: signature as ModelVerdict['verdict'] } }),
              ...(scan === undefined ? {} : { scan: scanned(scan as ArtifactReport['verdict']) }),
            },
          ]),
        );
        for (const [name, verdict] of choose(versions, { verdicts })) {
          const at = versions.findIndex((each) => each.version.version === name);
          const { made = null, seen = null } = versions[at] ?? {};
          const from = seen !== null && seen < firstEvent ? seen : made;
          if (verdict !== 'fit') continue;
          expect(verdicts.get(name ?? '')).toMatchObject({
            signature: { verdict: 'verified' },
            scan: { verdict: 'safe' },
          });
          expect(from !== null && from < firstEvent).toBe(true);
        }
      },
    ),
  );
});
