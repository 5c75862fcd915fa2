/** The rules and weights that come along, and a judge of them. Read when first asked for: most commands never ask. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { LinearModel, promptWeightsSchema } from './linear-model.ts';
import { PromptJudge } from './prompt-judge.ts';
import { type PromptRule, readPromptPack } from './rule-pack.ts';

const content = new URL('../../../../../content/', import.meta.url).pathname;
let shipped: PromptJudge | undefined;

export function shippedPromptJudge(): PromptJudge {
  shipped ??= new PromptJudge(shippedPromptRules(), shippedPromptModel());
  return shipped;
}

/** @throws when what comes along is broken */
export function shippedPromptRules(): readonly PromptRule[] {
  const folder = join(content, 'prompt-rules');
  return readdirSync(folder)
    .filter((name) => name.endsWith('.yaml'))
    .sort()
    .flatMap((name) => {
      const { rules, problems } = readPromptPack(name, readFileSync(join(folder, name), 'utf8'));
      const [problem] = problems;
      if (problem !== undefined) throw new Error(`${problem.file} line ${problem.line}: ${problem.reason}`);
      return rules;
    });
}

export function shippedPromptModel(): LinearModel {
  const read: unknown = JSON.parse(readFileSync(join(content, 'prompt-model', 'weights.json'), 'utf8'));
  return new LinearModel(promptWeightsSchema.parse(read));
}
