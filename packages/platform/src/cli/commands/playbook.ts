import { createReadStream } from 'node:fs';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Execution, FirebreakError, type PlaybookRun, type PlaybookWish } from '@firebreak/contract';
import { type Command, Option } from 'commander';
import { checkBySchemas, type SchemaCheck } from '../../playbooks/json-schema.ts';
import { maxPlaybookBytes } from '../../playbooks/read-playbook.ts';
import { reportOn } from '../../playbooks/report.ts';
import { shippedPlaybooks } from '../../playbooks/shipped.ts';
import { tellPlaybook } from '../../playbooks/tell.ts';
import type { CommandLine } from '../command-line.ts';
import { actingName, atDesk, withDesk, withName, withPolicies, withTarget } from '../desk-options.ts';
import { describeExecution } from '../execution-text.ts';
import { describePlaybook, describeReport, describeRun } from '../playbook-text.ts';
import { joined, show, table } from '../shown.ts';
import { repeated, withJson } from '../source-options.ts';
import type { Terminal } from '../terminal.ts';
import type { Desk } from '../world.ts';
import { describeDryRun, missingApproval } from './contain.ts';

interface RunOptions {
  readonly compromised?: readonly string[];
  readonly protect?: readonly string[];
  readonly set?: readonly string[];
  readonly decide?: readonly string[];
  readonly confirm?: readonly string[];
  readonly writePlan?: string;
  readonly approve?: boolean;
  readonly as?: string;
  readonly second?: string;
  readonly json?: boolean;
}

/** `firebreak playbook`: CACAO 2.0 in and out. */
export function playbookCommands(program: Command, cli: CommandLine): void {
  const { output } = cli;
  const playbook = program
    .command('playbook')
    .description('CACAO 2.0 playbooks, by file, - or the name of one that comes along');

  withJson(playbook.command('list'))
    .description('the playbooks that come along')
    .action(async ({ json }: { json?: boolean }) => {
      const shipped = await shippedPlaybooks();
      const playbooks = shipped.map(({ name, title, description }) => ({ name, title, description }));
      await (json
        ? output.json({ playbooks })
        : output.text(
            table(
              ['name', 'title'],
              playbooks.map(({ name, title }) => [name, title]),
            ),
          ));
    });

  withJson(playbook.command('validate <playbook>'))
    .description('hold a playbook against the schema, walk its workflow, check its signatures; nothing of it is run')
    .option(
      '--schema <path>',
      'JSON schemas to hold it against as well, such as those that OASIS publishes: a folder or a file',
      repeated,
    )
    .action(async (file: string, { schema = [], json }: { schema?: readonly string[]; json?: boolean }) => {
      const text = await readText(file, cli.terminal);
      const schemas = await Promise.all(schema.map(readSchemas));
      const report = reportOn(text, new Date(), schemas);
      await (json ? output.json(report) : output.text(describeReport(report)));
      if (!report.ok) output.checkFailed();
    });

  withJson(playbook.command('show <playbook>'))
    .description('what a playbook says: its steps, and the signals, evidence, way back and messages of a runbook')
    .action(async (file: string, { json }: { json?: boolean }) => {
      const text = await readText(file, cli.terminal);
      const told = tellPlaybook(text);
      await (json ? output.json(told) : output.text(describePlaybook(told)));
    });

  withJson(withPolicies(withName(withTarget(withDesk(playbook.command('run <playbook>'))))))
    .description(
      'lay a playbook over the estate and show what it would change; with --approve carry it out and prove it',
    )
    .option('--compromised <node>', 'what the attacker holds, an id or a query; may be repeated', repeated)
    .option('--protect <selector>', 'what must stay out of reach (default: what the playbook says)', repeated)
    .option('--set <variable>', 'the value of a variable, __name__=value; may be repeated', repeated)
    .option(
      '--decide <step>',
      'how a condition turns out that nothing decides, <step>=true or =false; may be repeated',
      repeated,
    )
    .option('--confirm <step>', 'a step by hand that is done, or all; may be repeated', repeated)
    .option(
      '--write-plan <file>',
      'keep the plan that comes of it: `contain` takes it up again, or for the second person',
    )
    .option('--approve', 'approve the plan that comes of it and carry it out')
    .addOption(new Option('--second <name>', 'the second person, for drastic steps').conflicts('server'))
    .action(async (file: string, options: RunOptions, command: Command) => {
      const document = await readText(file, cli.terminal);
      const wish = wishOf(document, options);
      const doing = options.approve === true ? 'Containing' : 'Reading what the steps would change';
      const need = { doing, target: true, mayBegin: true };
      await (options.approve === true ? carryOut() : showOnly());

      async function layOver(desk: Desk): Promise<PlaybookRun> {
        const laid = await desk.playbooks.layOver(wish);
        if (options.writePlan !== undefined) await written(options.writePlan, JSON.stringify(laid.plan));
        return laid;
      }

      async function showOnly(): Promise<void> {
        const { run, steps } = await atDesk(cli, command, need, async (desk) => {
          const laid = await layOver(desk);
          return { run: laid, steps: await desk.preview(laid.plan) };
        });
        await (options.json
          ? output.json({ ...run, dryRun: steps })
          : output.text(joined([describeRun(run), describeDryRun(steps, run.plan.digest)])));
        if (steps.some(({ problem }) => problem !== null)) output.checkFailed();
      }

      async function carryOut(): Promise<void> {
        const by = actingName(options.as);
        const second = options.second === undefined ? undefined : actingName(options.second);
        if (second?.toLowerCase() === by.toLowerCase())
          throw new FirebreakError('FB-APPROVAL-SECOND-PERSON', `${by} cannot be the second person as well.`);
        const { run, execution } = await atDesk(cli, command, need, async (desk) => {
          const laid = await layOver(desk);
          const confirmed = mustBeConfirmed(laid, options.confirm ?? []);
          const done = await desk.contain(laid.plan, {
            title: laid.playbook.name.slice(0, 200),
            by,
            second,
            playbook: { document, confirmed },
          });
          return { run: laid, execution: done };
        });
        await (options.json
          ? output.json({ ...run, execution })
          : output.text(joined([describeRun(run), describeExecution(execution), ...leftToPeople(run, execution)])));
        const missing = missingApproval(execution);
        if (missing !== undefined) output.fail(missing, options.json === true);
        else if (execution.state !== 'contained') output.checkFailed();
      }
    });

  withJson(withDesk(playbook.command('export <incident>')))
    .description('what was carried out in an incident, as a CACAO 2.0 playbook')
    .option('-o, --output <file>', 'the file (default: standard output)')
    .action(async (incident: string, options: { output?: string; json?: boolean }, command: Command) => {
      const exported = await atDesk(cli, command, { doing: 'Exporting' }, (desk) => desk.playbooks.exported(incident));
      if (options.output === undefined) return output.json(exported);
      await written(options.output, `${JSON.stringify(exported, null, 2)}\n`);
      await (options.json ? output.json({ file: options.output }) : output.text(show`${options.output}`));
    });
}

/** @throws FirebreakError FB-USAGE */
function wishOf(document: string, { compromised = [], protect, set = [], decide = [] }: RunOptions): PlaybookWish {
  const pair = (text: string): [string, string] => {
    const equals = text.indexOf('=');
    if (equals < 1) throw new FirebreakError('FB-USAGE', `${text} is not of the form name=value.`);
    return [text.slice(0, equals), text.slice(equals + 1)];
  };
  const decisions = decide.map(pair).map(([step, value]): [string, boolean] => {
    if (value !== 'true' && value !== 'false')
      throw new FirebreakError('FB-USAGE', `--decide ${step} is true or false.`);
    return [step, value === 'true'];
  });
  return {
    document,
    compromised: [...compromised],
    ...(protect === undefined ? {} : { protect: protect.join(';') }),
    variables: Object.fromEntries(set.map(pair).map(([name, value]) => [name.replace(/:value$/, ''), value])),
    decisions: Object.fromEntries(decisions),
  };
}

/** The steps by hand that the person says are done. @throws FirebreakError FB-PLAYBOOK-UNCONFIRMED */
function mustBeConfirmed({ steps }: PlaybookRun, confirmed: readonly string[]): readonly string[] {
  const wanted = steps.filter(({ confirm }) => confirm);
  if (confirmed.includes('all')) return wanted.map(({ step }) => step);
  const open = wanted.filter(({ step }) => !confirmed.includes(step));
  if (open.length > 0)
    throw new FirebreakError(
      'FB-PLAYBOOK-UNCONFIRMED',
      open
        .map(({ step, name }) => `${name} (${step})`)
        .join('; ')
        .slice(0, 2000),
    );
  return [...confirmed];
}

/** What people still have to do. */
function leftToPeople({ steps }: PlaybookRun, { state }: Execution) {
  const left = steps.filter(({ becomes, confirm }) => becomes === 'manual' && !confirm);
  if (left.length === 0 || state === 'stopped') return [];
  return [show`Left to people: ${left.map(({ name }) => name).join('; ')}.`];
}

/** A playbook by file, by standard input or by the name of one that comes along. @throws FirebreakError FB-PLAYBOOK-INVALID */
async function readText(file: string, { input }: Terminal): Promise<string> {
  const shipped = file === '-' ? undefined : (await shippedPlaybooks()).find(({ name }) => name === file);
  if (shipped !== undefined) return shipped.text;
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of file === '-' ? input : (createReadStream(file) as AsyncIterable<Uint8Array>)) {
      size += chunk.length;
      if (size > maxPlaybookBytes)
        throw new FirebreakError('FB-PLAYBOOK-INVALID', `${file} is longer than ${maxPlaybookBytes} bytes.`);
      chunks.push(chunk);
    }
  } catch (cause) {
    if (cause instanceof FirebreakError) throw cause;
    throw new FirebreakError('FB-PLAYBOOK-INVALID', `${file} cannot be read.`, { cause });
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Schemas of a file or of a folder and all below it. @throws FirebreakError FB-USAGE */
async function readSchemas(path: string): Promise<SchemaCheck> {
  try {
    const files = (await stat(path)).isDirectory()
      ? (await readdir(path, { recursive: true }))
          .filter((name) => name.endsWith('.json'))
          .map((name) => join(path, name))
      : [path];
    const schemas = await Promise.all(
      files.sort().map(async (file) => JSON.parse(await readFile(file, 'utf8')) as object),
    );
    return checkBySchemas(schemas);
  } catch (cause) {
    if (cause instanceof FirebreakError) throw cause;
    throw new FirebreakError('FB-USAGE', `${path} holds no JSON schemas that can be read.`, { cause });
  }
}

/** @throws FirebreakError FB-OUTPUT-UNWRITABLE */
async function written(file: string, text: string): Promise<void> {
  try {
    await writeFile(file, text, { mode: 0o600 });
  } catch (cause) {
    throw new FirebreakError('FB-OUTPUT-UNWRITABLE', `${file} cannot be written.`, { cause });
  }
}
