/**
 * Results of scanners in SARIF 2.1.0, one event a result. They are told here so that they stand beside what happened; what a file of
 * them says of the estate, `--from sarif:` reads. Source: OASIS SARIF 2.1.0.
 */
import type { EventFormat } from '@firebreak/contract';
import { array, at, field, textAt } from '../../intake/foreign.ts';
import { moment } from '../moment.ts';
import { told } from '../told.ts';

const mostRules = 20_000;

export default {
  id: 'sarif-result',
  title: 'Results of scanners (SARIF)',
  systems: [],
  is: (value) => textAt(value, 'sarif', 'tool') !== undefined && field(value, 'result') !== undefined,
  unwrap: (value) =>
    textAt(value, 'version') === '2.1.0' && Array.isArray(field(value, 'runs')) ? [...results(value)] : undefined,
  read(value) {
    const result = field(value, 'result');
    const fingerprints = field(result, 'fingerprints') ?? field(result, 'partialFingerprints');
    const own = textAt(result, 'guid') ?? Object.values((fingerprints as object | undefined) ?? {})[0];
    const ended = textAt(value, 'sarif', 'ended');
    return {
      time: moment(ended),
      system: `sarif ${textAt(value, 'sarif', 'tool')}`,
      actor: { name: textAt(value, 'sarif', 'tool') ?? 'a scanner' },
      operation: `found ${textAt(value, 'sarif', 'rule') ?? 'something'}`,
      activity: 'other',
      targets: repositoryOf(value),
      outcome: 'done',
      ...told({
        ownId: typeof own === 'string' ? `${textAt(value, 'sarif', 'tool')}/${own}/${ended ?? ''}` : undefined,
      }),
    };
  },
} satisfies EventFormat;

function* results(value: unknown): Generator<unknown> {
  for (const run of array(field(value, 'runs'))) {
    const tool = textAt(run, 'tool', 'driver', 'name') ?? 'a scanner';
    const rules = array(at(run, 'tool', 'driver', 'rules')).slice(0, mostRules);
    const byId = new Map(
      rules.flatMap((rule) => (textAt(rule, 'id') === undefined ? [] : [[textAt(rule, 'id'), rule]])),
    );
    const repository = textAt(array(field(run, 'versionControlProvenance'))[0], 'repositoryUri');
    const ended = textAt(array(field(run, 'invocations'))[0], 'endTimeUtc');
    for (const result of array(field(run, 'results'))) {
      const index = field(result, 'ruleIndex');
      const id = textAt(result, 'ruleId') ?? textAt(result, 'rule', 'id');
      const rule = byId.get(id) ?? (typeof index === 'number' ? rules[index] : undefined);
      yield {
        sarif: {
          tool,
          ...told({
            rule: id ?? textAt(rule, 'id'),
            repository,
            ended,
            says: textAt(rule, 'shortDescription', 'text') ?? textAt(rule, 'name'),
            level: textAt(rule, 'defaultConfiguration', 'level'),
            severity: at(rule, 'properties', 'security-severity'),
          }),
        },
        result,
      };
    }
  }
}

function repositoryOf(value: unknown): string[] {
  const found = /^https:\/\/([^/@:]+)\/([^/]+\/[^/]+?)(?:\.git)?\/?$/.exec(textAt(value, 'sarif', 'repository') ?? '');
  return found === null ? [] : [`git:Repository/${found[1]}/${(found[2] ?? '').toLowerCase()}`];
}
