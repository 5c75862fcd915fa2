/** A description of a canary as people write it, in YAML or JSON; what is wrong with it is told by its path. */
import {
  type CanaryConfig,
  canaryConfigSchema,
  FirebreakError,
  type JudgeSettings,
  judgeSettingsSchema,
  type MetricRule,
  metricRuleSchema,
} from '@firebreak/contract';
import { load } from 'js-yaml';
import { z } from 'zod';

export const longestDescription = 4 << 20;

/** @param name of the file, for the error. @throws FirebreakError FB-USAGE */
export function readDescription(name: string, text: string): CanaryConfig {
  return parsed(name, text, canaryConfigSchema);
}

const rulesSchema = z.object({
  metrics: z.array(metricRuleSchema).min(1).max(200),
  judge: judgeSettingsSchema.prefault({}),
});

/** Metrics and settings alone, for a verdict over two files; the description of a whole canary does as well. @throws FirebreakError FB-USAGE */
export function readRules(
  name: string,
  text: string,
): { readonly metrics: readonly MetricRule[]; readonly judge: JudgeSettings } {
  return parsed(name, text, rulesSchema);
}

function parsed<T>(name: string, text: string, schema: z.ZodType<T>): T {
  let value: unknown;
  try {
    value = load(text);
  } catch (error) {
    throw new FirebreakError(
      'FB-USAGE',
      `${name} is no YAML: ${error instanceof Error ? error.message.split('\n')[0] : ''}`,
    );
  }
  const read = schema.safeParse(value);
  if (read.success) return read.data;
  const told = read.error.issues.slice(0, 5).map(({ path, message }) => `${path.join('.') || 'it'}: ${message}`);
  throw new FirebreakError('FB-USAGE', `${name}: ${told.join('; ')}.`);
}
