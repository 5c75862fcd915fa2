import { expect, test } from 'vitest';
import { checkpointText, parseCheckpoint } from './checkpoint.ts';

const root = Buffer.from('CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=', 'base64');
// The example of c2sp.org/tlog-checkpoint.
const example = 'example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n';

test("the standard's example, both ways", () => {
  expect(checkpointText({ origin: 'example.com/behind-the-sofa', size: 20_852_163, root })).toBe(example);
  expect(parseCheckpoint(example)).toEqual({
    origin: 'example.com/behind-the-sofa',
    size: 20_852_163,
    root: Uint8Array.from(root),
  });
  expect(parseCheckpoint(example.replace('20852163', '0'))?.size).toBe(0);
});

test.each([
  ['nothing', ''],
  ['no origin', example.replace('example.com/behind-the-sofa', '')],
  ['a leading zero', example.replace('20852163', '020852163')],
  ['a sign', example.replace('20852163', '+20852163')],
  ['a size beyond what is exact', example.replace('20852163', '9007199254740993')],
  ['a short root', example.replace('CsUYapGG', 'Cs')],
  ['a root with loose bits', example.replace('q2I=', 'q2J=')],
  ['no last newline', example.slice(0, -1)],
  ['an extension line', `${example}extension\n`],
  ['an empty line at the end', `${example}\n`],
])('%s is no checkpoint', (_name, text) => {
  expect(parseCheckpoint(text)).toBeUndefined();
});
