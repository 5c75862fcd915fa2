import type { Command } from 'commander';
import { SigmaEngine } from '../../detection/sigma/engine/sigma-engine.ts';
import { type Examples, readExamples, runExamples } from '../../detection/sigma/examples/examples.ts';
import { readRules } from '../../detection/sigma/language/read-rules.ts';
import type { RuleProblem } from '../../detection/sigma/language/rule.ts';
import { placeholdersOf } from '../../detection/sigma/sources/log-source.ts';
import type { CommandLine } from '../command-line.ts';
import { readLogSources, readRuleFolder } from '../rule-folder.ts';
import { joined, show, table } from '../shown.ts';
import { withJson } from '../source-options.ts';

interface RulesOptions {
  readonly sources?: string;
  readonly json?: boolean;
}

const sourcesOption = ['--sources <folder>', 'descriptions of log sources beside those that come along'] as const;

/** `firebreak rules`: whether detection rules are sound, and whether they say what their examples expect. */
export function rulesCommand(program: Command, cli: CommandLine): void {
  const { output } = cli;
  const rules = program.command('rules').description('check and test detection rules (Sigma 2.1)');
  withJson(rules.command('check <folder>'))
    .description('read all rules as the engine would, and say what is refused and why')
    .option(...sourcesOption)
    .action(async (folder: string, options: RulesOptions) => {
      const { report, problems } = await loaded(folder, options, new AbortController().signal);
      const refused = problems.filter(({ warning }) => warning !== true);
      const { rules: count, correlations, filters } = report;
      if (options.json) await output.json({ rules: count, correlations, filters, problems });
      else
        await output.text(
          joined([
            ...(problems.length === 0 ? [] : [problemTable(problems)]),
            show`${count} rules, ${correlations} correlations, ${filters} filters loaded; ${refused.length} refused`,
          ]),
        );
      if (refused.length > 0) output.checkFailed();
    });
  withJson(rules.command('test <folder>'))
    .description(
      'run the examples beside the rules (`<rule>.test.yaml`): events on which a rule must speak or keep silent',
    )
    .option(...sourcesOption)
    .action(async (folder: string, options: RulesOptions) => {
      const folderLoaded = await loaded(folder, options, new AbortController().signal);
      const { examples, problems } = folderLoaded;
      const tested = examples.flatMap(({ file, text }) => testsOf(folderLoaded, file, text));
      const refused = problems.filter(({ warning }) => warning !== true);
      const wrong = tested.filter(({ ok }) => !ok);
      if (options.json) await output.json({ examples: tested, problems });
      else
        await output.text(
          joined([
            ...(refused.length === 0 ? [] : [problemTable(refused)]),
            table(
              ['', 'rule', 'example', 'expected', 'why'],
              tested.map(({ ok, rule, name, expected, reason }) => [
                ok ? 'ok' : 'FAIL',
                rule,
                name,
                expected,
                reason ?? '',
              ]),
            ),
            show`${tested.length - wrong.length} of ${tested.length} examples as expected; ${refused.length} rules refused`,
          ]),
        );
      if (wrong.length > 0 || refused.length > 0) output.checkFailed();
    });
}

async function loaded(folder: string, options: RulesOptions, signal: AbortSignal) {
  const sources = await readLogSources(options.sources, signal);
  const engine = new SigmaEngine({ sources });
  const { rules: files, examples, problems } = await readRuleFolder(folder, signal);
  const report = engine.load(files);
  return {
    engine,
    lists: placeholdersOf(sources),
    files,
    examples,
    report,
    problems: [...problems, ...report.problems],
  };
}

interface Tested {
  readonly ok: boolean;
  readonly rule: string;
  readonly name: string;
  readonly expected: 'speaks' | 'silent';
  readonly reason?: string;
}

/** The examples of one file, about the rules of the file beside it. */
function testsOf(
  { engine, lists, files }: Pick<Awaited<ReturnType<typeof loaded>>, 'engine' | 'lists' | 'files'>,
  file: string,
  text: string,
): readonly Tested[] {
  const read = readExamples(file, text);
  const beside = file.replace(/\.test\.ya?ml$/i, '');
  const rules = files
    .filter(({ file: name }) => name.replace(/\.ya?ml$/i, '') === beside)
    .flatMap((each) => readRules(each, lists).rules);
  const about = ({ rule }: Examples) =>
    rule === undefined
      ? rules.filter(({ kind }) => kind !== 'filter')
      : rules.filter(({ id, name }) => rule === id || rule === name);
  return [
    ...read.problems.map(
      ({ line, reason }): Tested => ({ ok: false, rule: file, name: `line ${line}`, expected: 'speaks', reason }),
    ),
    ...read.examples.flatMap((examples): Tested[] => {
      const found = about(examples);
      const [first] = found;
      if (first === undefined)
        return [
          {
            ok: false,
            rule: file,
            name: 'all',
            expected: 'speaks',
            reason: 'There is no such rule beside the examples.',
          },
        ];
      return runExamples(
        engine,
        found.map(({ id }) => id),
        examples,
      ).map(({ name, expected, ok, reason }) => ({
        ok,
        rule: first.title,
        name,
        expected: expected ? 'speaks' : 'silent',
        ...(reason === undefined ? {} : { reason }),
      }));
    }),
  ];
}

function problemTable(problems: readonly RuleProblem[]) {
  return table(
    ['', 'code', 'where', 'why'],
    problems.map(({ code, file, line, reason, warning }) => [
      warning ? 'warning' : 'refused',
      code,
      `${file}:${line}`,
      reason,
    ]),
  );
}
