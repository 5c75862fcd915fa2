import { stat } from 'node:fs/promises';
import { FirebreakError } from '@firebreak/contract';
import type { Command } from 'commander';
import { shippedSecretRules } from '../../detection/secrets/index.ts';
import { readSecretRules, type SecretRuleProblem } from '../../detection/secrets/rule-file.ts';
import { SecretSearch } from '../../detection/secrets/secret-search.ts';
import { printable } from '../../intake/foreign.ts';
import { codeOf, walk } from '../../intake/walk.ts';
import { atWork, type CommandLine } from '../command-line.ts';
import { Secretlint } from '../secretlint/secretlint.ts';
import { joined, show, table } from '../shown.ts';
import { repeated, withJson } from '../source-options.ts';
import { readText } from '../text-input.ts';

interface ScanOptions {
  readonly rules?: readonly string[];
  readonly onlyRules: boolean;
  readonly secretlint: boolean;
  readonly json?: boolean;
}

/** One place; what stands there is not part of it. */
interface Place {
  readonly file: string;
  /** 1-based. */
  readonly line: number;
  readonly column: number;
  readonly rule: string;
  readonly title: string;
  readonly length: number;
  readonly rotate: string;
}

interface Scan {
  readonly places: Place[];
  readonly gaps: { readonly file: string; readonly reason: string }[];
  files: number;
}

const mostBytes = 16 << 20;
const mostPlaces = 10_000;
const limits = { maxDepth: 40, maxFiles: 200_000, wanted: () => true, hidden: (name: string) => name !== '.git' };

/** `firebreak secrets`: credentials in files, prompts and logs. */
export function secretsCommand(program: Command, cli: CommandLine): void {
  const { output } = cli;
  const secrets = program.command('secrets').description('look for secrets in texts');
  withJson(secrets.command('scan <path>'))
    .description('a file, a folder, or `-`: kinds and places, never the secrets. Exit code 1 when there are some')
    .option('--rules <file>', "rules in the form of gitleaks' configuration; may be repeated", repeated)
    .option('--only-rules', 'without the rules that come along', false)
    .option('--no-secretlint', "without secretlint's recommended rules")
    .action(async (path: string, options: ScanOptions) => {
      const { scan, problems } = await atWork(cli, `Reading ${path}`, async (signal) => {
        const read = await rulesOf(options, signal, cli.terminal.input);
        return { scan: await scanned(path, read.search, options, signal, cli.terminal.input), problems: read.problems };
      });
      const { places, gaps, files } = scan;
      if (options.json) await output.json({ files, places, gaps, problems });
      else await output.text(described(scan));
      for (const { file, line, reason, warning } of problems)
        output.note(show`${warning ? 'warning' : 'refused'}: ${file} line ${line}: ${reason}`);
      for (const { file, reason } of gaps) output.note(show`not read: ${file}: ${reason}`);
      const refused = problems.filter(({ warning }) => warning !== true);
      if (refused.length > 0)
        throw new FirebreakError('FB-SECRET-RULES', `${refused.length} rules were refused; the others were used.`);
      if (places.length > 0) output.checkFailed();
    });
}

async function rulesOf(
  { rules = [], onlyRules }: ScanOptions,
  signal: AbortSignal,
  input: AsyncIterable<Uint8Array>,
): Promise<{ readonly search: SecretSearch; readonly problems: readonly SecretRuleProblem[] }> {
  const own = await Promise.all(
    rules.map(async (file) => readSecretRules(file, await readText(file, { mostBytes, signal, input }))),
  );
  const all = [...own, ...(onlyRules ? [] : [shippedSecretRules()])];
  const search = new SecretSearch({
    rules: all.flatMap((each) => each.rules),
    allowlists: all.flatMap((each) => each.allowlists),
  });
  return { search, problems: own.flatMap(({ problems }) => problems) };
}

async function scanned(
  path: string,
  search: SecretSearch,
  { secretlint }: ScanOptions,
  signal: AbortSignal,
  input: AsyncIterable<Uint8Array>,
): Promise<Scan> {
  const scan: Scan = { places: [], gaps: [], files: 0 };
  const linter = secretlint ? new Secretlint() : undefined;
  try {
    for await (const entry of filesOf(path, signal)) {
      if ('reason' in entry) scan.gaps.push(entry);
      else if (scan.places.length < mostPlaces) await scanFile(entry, { search, linter, scan, signal, input });
    }
  } finally {
    await linter?.close();
  }
  if (scan.places.length >= mostPlaces)
    scan.gaps.push({ file: path, reason: `More than ${mostPlaces} secrets: the rest was not looked at.` });
  return scan;
}

type File = { readonly file: string; readonly name: string };

async function* filesOf(path: string, signal: AbortSignal): AsyncGenerator<File | Scan['gaps'][number]> {
  const found = path === '-' ? undefined : await stat(path).catch(unreadable(path));
  if (found?.isDirectory() !== true) yield { file: path, name: path };
  else
    for await (const entry of walk(path, limits, signal))
      if ('gap' in entry) yield { file: entry.gap.where, reason: entry.gap.reason };
      else yield entry;
}

function unreadable(path: string) {
  return (error: unknown) => {
    throw new FirebreakError('FB-SOURCE-UNREADABLE', `${printable(path)} cannot be opened (${codeOf(error)}).`);
  };
}

interface FileScan {
  readonly search: SecretSearch;
  readonly linter: Secretlint | undefined;
  readonly scan: Scan;
  readonly signal: AbortSignal;
  readonly input: AsyncIterable<Uint8Array>;
}

async function scanFile({ file, name }: File, { search, linter, scan, signal, input }: FileScan): Promise<void> {
  let text: string;
  try {
    text = await readText(file, { mostBytes, signal, input });
  } catch (error) {
    if (!(error instanceof FirebreakError) || error.code === 'FB-CANCELLED') throw error;
    scan.gaps.push({ file: name, reason: error.why });
    return;
  }
  scan.files += 1;
  const { found, truncated } = search.find(text, name);
  if (truncated) scan.gaps.push({ file: name, reason: 'There is more in it than is looked at.' });
  const lineOf = lines(text);
  for (const { rule, start, end } of found)
    scan.places.push({
      file: name,
      ...lineOf(start),
      rule: rule.id,
      title: rule.description,
      length: end - start,
      rotate: rule.rotate ?? '',
    });
  const linted = await linter?.find(text, name);
  if (linted === undefined) return;
  if (linted.givenUp > 0) scan.gaps.push({ file: name, reason: 'secretlint took too long on a part of it.' });
  for (const { kind, start, end } of linted.found)
    if (!found.some((own) => own.start < end && start < own.end))
      scan.places.push({ file: name, ...lineOf(start), rule: kind, title: kind, length: end - start, rotate: '' });
}

/** Line and column of a place; asked in the order of the text it is one pass. */
function lines(text: string): (at: number) => { readonly line: number; readonly column: number } {
  const starts = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return (at) => {
    let [low, high] = [0, starts.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((starts[middle] ?? 0) <= at) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: at - (starts[low] ?? 0) + 1 };
  };
}

function described({ places, files }: Scan) {
  return joined([
    ...(places.length === 0
      ? []
      : [
          table(
            ['where', 'rule', 'what', 'characters', 'rotate at'],
            places.map(({ file, line, column, rule, title, length, rotate }) => [
              `${file}:${line}:${column}`,
              rule,
              title,
              length,
              rotate,
            ]),
          ),
        ]),
    show`${places.length} secrets in ${files} files`,
  ]);
}
