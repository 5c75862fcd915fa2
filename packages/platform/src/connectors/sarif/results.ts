/** The results of one SARIF log. Field names and defaults are those of the standard (sections 3.14 to 3.28). */
import { type Collected, sarifResult } from '@firebreak/contract';
import { array, at, field, printable, record, text, textAt } from '../../intake/foreign.ts';
import { gap } from '../../intake/gap.ts';

/** Results of one run that are read; a scanner that says more says nothing. */
const maxResults = 100_000;

export function* resultsOf(log: unknown, locator: string): Generator<Collected> {
  const refused = (reason: string) => ({ gap: gap('FB-FILE-SKIPPED', ['sarif.result'], locator, reason) });
  if (!/^2\.1\b/.test(textAt(log, 'version') ?? '')) {
    yield refused('It is no SARIF 2.1 log.');
    return;
  }
  for (const [number, run] of array(field(log, 'runs')).entries()) {
    const tool = at(run, 'tool', 'driver');
    const name = printable(textAt(tool, 'name') ?? 'unnamed scanner', 100);
    const rules = rulesOf(run);
    const results = array(field(run, 'results'));
    let [invalid, settled] = [0, 0];
    for (const [index, result] of results.slice(0, maxResults).entries()) {
      if (isSettled(result)) {
        settled += 1;
        continue;
      }
      const parsed = sarifResult.safeParse(dataOf(result, rules, name, run));
      if (!parsed.success) {
        invalid += 1;
        continue;
      }
      yield {
        fact: {
          id: `sarif:Result/${locator}/${number}/${index}`,
          kind: 'sarif.result',
          data: parsed.data,
          source: { connector: 'sarif', locator: `${locator}#runs/${number}/results/${index}` },
        },
      };
    }
    if (invalid > 0) yield refused(`${invalid} results of ${name} are not as the standard says.`);
    if (results.length > maxResults) yield refused(`${name} has ${results.length} results; ${maxResults} were read.`);
    if (settled > 0)
      yield { gap: gap('FB-FILE-SKIPPED', [], locator, `${settled} results of ${name} passed or were suppressed.`) };
  }
}

/** Suppressed, unchanged and accepted elsewhere, or no problem at all. */
function isSettled(result: unknown): boolean {
  const kind = text(field(result, 'kind')) ?? 'fail';
  const suppressed = array(field(result, 'suppressions')).some(
    (each) => (textAt(each, 'status') ?? 'accepted') === 'accepted',
  );
  return suppressed || kind === 'pass' || kind === 'notApplicable' || text(field(result, 'baselineState')) === 'absent';
}

interface Rules {
  readonly byId: ReadonlyMap<string, unknown>;
  readonly list: readonly unknown[];
}

function rulesOf(run: unknown): Rules {
  const list = array(at(run, 'tool', 'driver', 'rules'));
  const extensions = array(at(run, 'tool', 'extensions')).flatMap((extension) => array(field(extension, 'rules')));
  const byId = new Map<string, unknown>();
  for (const rule of [...list, ...extensions]) byId.set(textAt(rule, 'id') ?? '', rule);
  return { byId, list };
}

function dataOf(result: unknown, { byId, list }: Rules, tool: string, run: unknown): Record<string, unknown> {
  const index = field(result, 'ruleIndex');
  const id = textAt(result, 'ruleId') ?? textAt(result, 'rule', 'id');
  const rule = (id === undefined ? undefined : byId.get(id)) ?? (typeof index === 'number' ? list[index] : undefined);
  const ruleId = id ?? textAt(rule, 'id');
  const place = field(array(field(result, 'locations'))[0], 'physicalLocation');
  const severity = Number(textAt(rule, 'properties', 'security-severity'));
  return {
    tool,
    ruleId: ruleId === undefined ? undefined : printable(ruleId, 200),
    rule: (textAt(rule, 'shortDescription', 'text') ?? textAt(rule, 'name'))?.slice(0, 1000),
    message: (textAt(result, 'message', 'text') ?? textAt(result, 'message', 'id') ?? '').slice(0, 4000),
    // Absent, the rule's own default counts, and without one it is a warning (3.27.10).
    level: textAt(result, 'level') ?? textAt(rule, 'defaultConfiguration', 'level') ?? 'warning',
    securitySeverity: Number.isFinite(severity) && severity >= 0 && severity <= 10 ? severity : undefined,
    uri: textAt(place, 'artifactLocation', 'uri')?.slice(0, 2048),
    line: positive(at(place, 'region', 'startLine')),
    column: positive(at(place, 'region', 'startColumn')),
    repositoryUri: textAt(record(array(field(run, 'versionControlProvenance'))[0]), 'repositoryUri')?.slice(0, 2048),
  };
}

function positive(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isInteger(value) && value > 0 ? value : undefined;
}
