/**
 * The import rules of the architecture, with two guards against a gate that checks nothing: a floor on the number of
 * modules read, and a seeded violation that must be found.
 */
import { cruise, type ICruiseResult, type IFlattenedRuleSet } from 'dependency-cruiser';
import extractTSConfig from 'dependency-cruiser/config-utl/extract-ts-config';
import configuration from '../.dependency-cruiser.mjs';

const FEWEST_MODULES = 60;
const root = new URL('..', import.meta.url).pathname;

async function violationsBelow(folder: string): Promise<ICruiseResult['summary'] & { modules: number }> {
  process.chdir(folder);
  const ruleSet = { forbidden: configuration.forbidden } as unknown as IFlattenedRuleSet;
  const { output } = await cruise(
    ['packages'],
    { ...configuration.options, validate: true, ruleSet } as never,
    configuration.options.enhancedResolveOptions as never,
    { tsConfig: extractTSConfig(`${root}tsconfig.json`) } as never,
  );
  if (typeof output === 'string') throw new Error('dependency-cruiser printed instead of answering');
  return {
    ...output.summary,
    modules: output.modules.filter((module) => !module.source.includes('node_modules')).length,
  };
}

const seeded = await violationsBelow(`${root}checks/seeded-violation`);
const found = seeded.violations.map((violation) => violation.rule.name);
const real = await violationsBelow(root);
const problems: string[] = [];
if (!found.includes('layer-graph')) problems.push('the seeded violation was not found: the rules check nothing');
if (real.modules < FEWEST_MODULES)
  problems.push(`only ${real.modules} modules were read, expected at least ${FEWEST_MODULES}`);
for (const { rule, from, to } of real.violations) problems.push(`${rule.name}: ${from} → ${to}`);

for (const problem of problems) console.error(problem);
console.log(
  `boundaries: ${real.modules} modules, ${real.violations.length} violations, seeded violation found: ${found.length > 0}`,
);
process.exitCode = problems.length === 0 ? 0 : 1;
