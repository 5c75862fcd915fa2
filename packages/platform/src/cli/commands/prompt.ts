import { FirebreakError, type PromptOrigin, type PromptVerdict, promptOrigins } from '@firebreak/contract';
import { type Command, Option } from 'commander';
import { shippedPromptModel, shippedPromptRules } from '../../detection/prompt/index.ts';
import { PromptJudge } from '../../detection/prompt/prompt-judge.ts';
import { readPromptPack } from '../../detection/prompt/rule-pack.ts';
import { printable } from '../../intake/foreign.ts';
import type { CommandLine } from '../command-line.ts';
import { atWork } from '../command-line.ts';
import { readRuleFolder } from '../rule-folder.ts';
import { joined, show, table } from '../shown.ts';
import { repeated, withJson } from '../source-options.ts';
import { readText } from '../text-input.ts';

interface ScanOptions {
  readonly origin: PromptOrigin;
  readonly rules?: readonly string[];
  readonly json?: boolean;
}

const mostBytes = 16 << 20;

/** `firebreak prompt`: whether a text that a model is to read holds injected instructions. */
export function promptCommand(program: Command, cli: CommandLine): void {
  const { output } = cli;
  const prompt = program.command('prompt').description('look for injected instructions in what a model reads');
  withJson(prompt.command('scan <file>'))
    .description('judge one text; `-` is standard input. Exit code 1: an injection; 0: none, or only suspicious')
    .addOption(
      new Option('--origin <origin>', 'who wrote it: only users may give instructions')
        .choices(promptOrigins)
        .default('retrieved'),
    )
    .option('--rules <folder>', 'rule packs of your own beside those that come along; may be repeated', repeated)
    .action(async (file: string, { origin, rules = [], json }: ScanOptions) => {
      const { verdict, problems } = await atWork(cli, 'Reading', async (signal) => {
        const { rules: own, problems } = await packsIn(rules, signal);
        const judge = new PromptJudge([...shippedPromptRules(), ...own], shippedPromptModel());
        return {
          verdict: judge.judge(await readText(file, { mostBytes, signal, input: cli.terminal.input }), origin),
          problems,
        };
      });
      if (json) await output.json(verdict);
      else await output.text(described(verdict));
      for (const { file: name, line, reason } of problems) output.note(show`refused: ${name} line ${line}: ${reason}`);
      if (problems.length > 0)
        throw new FirebreakError('FB-PROMPT-RULES', `${problems.length} rules were refused; the others were used.`);
      if (verdict.verdict === 'injection') output.checkFailed();
    });
}

async function packsIn(folders: readonly string[], signal: AbortSignal) {
  const read = await Promise.all(folders.map((folder) => readRuleFolder(folder, signal)));
  const packs = read.flatMap(({ rules }) => rules).map(({ file, text }) => readPromptPack(file, text));
  return {
    rules: packs.flatMap(({ rules }) => rules),
    problems: [...read.flatMap(({ problems }) => problems), ...packs.flatMap(({ problems }) => problems)],
  };
}

function described({ verdict, score, origin, signals, truncated, caveat }: PromptVerdict) {
  return joined([
    show`${verdict} (score ${score}, read as ${origin})`,
    ...(signals.length === 0
      ? []
      : [
          table(
            ['rule', 'weight', 'form', 'at', 'says'],
            signals.map(({ rule, weight, form, start, end, says }) => [
              rule,
              String(weight),
              form,
              `${start}–${end}`,
              printable(says, 100),
            ]),
          ),
        ]),
    ...(truncated ? [show`The text was longer, or had more in it, than is looked at.`] : []),
    show`${caveat}`,
  ]);
}
