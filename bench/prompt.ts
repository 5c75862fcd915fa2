/**
 * Prompt injection: megabytes a second on one core over documentation and mails, an injection in every tenth text, beside a plain list
 * of the same number of regular expressions (what most guards are made of) in the same run; and what each part of ours costs.
 *
 *     node bench/prompt.ts [--megabytes 8] [--runs 5]
 */
import { parseArgs } from 'node:util';
import { SentenceReader } from '../packages/platform/src/detection/prompt/features.ts';
import {
  shippedPromptJudge,
  shippedPromptModel,
  shippedPromptRules,
} from '../packages/platform/src/detection/prompt/index.ts';
import { PhraseSearch } from '../packages/platform/src/detection/prompt/phrase-search.ts';
import { readingsOf } from '../packages/platform/src/detection/prompt/unfold.ts';
import { mediansInTurns, printTable, times } from './measure.ts';
import { documentation } from './prompt-texts/corpora.ts';
import { dataText } from './prompt-texts/data.ts';
import { instruction } from './prompt-texts/instructions.ts';
import { seeded } from './random.ts';

const { values: options } = parseArgs({
  options: { megabytes: { type: 'string', default: '8' }, runs: { type: 'string', default: '5' } },
});
const random = seeded(3);
const plain = [
  ...documentation('train'),
  ...documentation('test'),
  ...Array.from({ length: 500 }, () => dataText(random)),
];
const texts: string[] = [];
for (let size = 0; size < Number(options.megabytes) * 1e6; ) {
  const own = plain[Math.floor(random() * plain.length)] ?? '';
  const text = random() < 0.1 ? `${own}\n${instruction(random)}` : own;
  texts.push(text);
  size += text.length;
}
const megabytes = texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0) / 1e6;

const judge = shippedPromptJudge();
const rules = shippedPromptRules();
const search = new PhraseSearch(rules);
const reader = new SentenceReader();
const model = shippedPromptModel();
const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
/** The same phrases and patterns, one after the other over the text as it stands: no disguise, no model. */
const list = rules.flatMap(({ phrases, patterns }) => [
  ...phrases.map((phrase) => new RegExp(escaped(phrase), 'i')),
  ...patterns.map((pattern) => new RegExp(pattern.pattern(), 'i')),
]);

let found = 0;
const count = (more: number): void => {
  found += more;
};
const medians = await mediansInTurns(Number(options.runs), {
  data: () => texts.forEach((text) => void judge.judge(text, 'retrieved')),
  user: () => texts.forEach((text) => void judge.judge(text, 'user')),
  readings: () => texts.forEach((text) => void count([...readingsOf(text)].length)),
  rules: () => texts.forEach((text) => void count(search.find(text).hits.length)),
  model: () => texts.forEach((text) => void reader.read(text, (sentence) => count(Number(model.judge(sentence) > 4)))),
  list: () => texts.forEach((text) => void count(Number(list.some((each) => each.test(text))))),
});

console.log(`${texts.length} texts, ${megabytes.toFixed(1)} MB, ${rules.length} rules\n`);
const row = (name: string, milliseconds: number) => [
  name,
  (megabytes / (milliseconds / 1000)).toFixed(1),
  times(milliseconds / medians.data),
];
printTable(
  ['one core', 'MB a second', 'time to the first'],
  [
    row('the whole judge, of data', medians.data),
    row('the whole judge, of users (no model)', medians.user),
    row('  readings alone', medians.readings),
    row('  rules alone', medians.rules),
    row('  model alone', medians.model),
    row(`peer: a list of ${list.length} regular expressions`, medians.list),
  ],
);
if (found === 0) throw new Error('Nothing was found.');
