/** `firebreak bom`, `firebreak model card` and `firebreak model data`: what an AI system is made of, as documents. */
import { readFile } from 'node:fs/promises';
import { type BomForm, bomForms, FirebreakError } from '@firebreak/contract';
import { type Command, Option } from 'commander';
import { parse } from 'yaml';
import { systemClock } from '../../kernel/clock.ts';
import { bomMaterial, nothingKept } from '../../promotion/documents/material.ts';
import { bomAs, modelDocument } from '../../promotion/documents/write.ts';
import { atWork, type CommandLine } from '../command-line.ts';
import { openServer, type ServerOptions, withServer } from '../server-options.ts';
import { joined, show } from '../shown.ts';
import { openSource, type SourceOptions, withJson, withSource } from '../source-options.ts';

interface BomOptions extends SourceOptions, ServerOptions {
  readonly form: BomForm;
}

interface DocumentOptions extends SourceOptions, ServerOptions {
  readonly readme?: string;
  readonly json?: boolean;
}

const mostCardBytes = 1 << 20;

export function bomCommand(program: Command, cli: CommandLine): void {
  const { output, world } = cli;
  withServer(withSource(program.command('bom [model]')))
    .description(
      'a model, or all of an estate, as a bill of materials; from --from, or from a server with what it knows beside',
    )
    .addOption(
      new Option('--form <form>', 'CycloneDX 1.7 ML-BOM, or SPDX 3.0.1 in JSON-LD')
        .choices([...bomForms])
        .default('cyclonedx'),
    )
    .action(async (model: string | undefined, options: BomOptions) => {
      if (options.from === undefined) {
        const query = { form: options.form, ...(model === undefined ? {} : { model }) };
        const client = openServer(options);
        return output.json(await atWork(cli, 'Asking', (signal) => client.call('bom', { query }, signal)));
      }
      const material = await materialOf(cli, model, options);
      await output.json(bomAs(options.form, material, world.version));
      output.limited(material.completeness);
    });
}

/** Adds to `firebreak model`. */
export function modelDocumentCommands(model: Command, cli: CommandLine): void {
  const documents = [
    ['card', 'what it is, what it was made from, how it did, what is known against it: Markdown, or with --json data'],
    ['data', 'the data that it was made from: Markdown, or with --json Croissant'],
  ] as const;
  for (const [name, description] of documents) {
    const command = withServer(withSource(withJson(model.command(`${name} <model>`)))).description(description);
    if (name === 'card') command.option('--readme <file>', 'a card of its makers, with the metadata of Hugging Face');
    command.action((which: string, options: DocumentOptions) => document(cli, name, which, options));
  }
}

async function document(
  cli: CommandLine,
  name: 'card' | 'data',
  model: string,
  options: DocumentOptions,
): Promise<void> {
  const { output } = cli;
  const which = name === 'card' ? 'card' : 'lineage';
  const metadata = options.readme === undefined ? undefined : frontMatter(await text(options.readme));
  if (options.from === undefined) {
    if (metadata !== undefined) throw new FirebreakError('FB-USAGE', '--readme wants --from.');
    const client = openServer(options);
    const made = await atWork(cli, 'Asking', (signal) =>
      client.call('modelDocument', { query: { model, which } }, signal),
    );
    return options.json ? output.json(made.data) : output.text(lines(made.markdown));
  }
  const material = await materialOf(cli, model, options);
  const made = modelDocument(which, material, metadata);
  await (options.json ? output.json(made.data) : output.text(lines(made.markdown)));
  output.limited(material.completeness);
}

async function materialOf(cli: CommandLine, model: string | undefined, options: SourceOptions) {
  const source = await openSource(cli, options);
  return atWork(cli, 'Following the lineage', async () => {
    const graph = source.graph();
    const number = model === undefined ? undefined : graph.resolve(model);
    return bomMaterial(graph, number, nothingKept, systemClock.now());
  });
}

const lines = (markdown: string) =>
  joined(
    markdown
      .trimEnd()
      .split('\n')
      .map((line) => show`${line}`),
  );

/** What stands between the two lines of dashes at the top. */
function frontMatter(card: string): unknown {
  const [, yaml] = /^---\r?\n([\s\S]*?)\r?\n---/.exec(card) ?? [];
  if (yaml === undefined) throw new FirebreakError('FB-USAGE', 'The card has no metadata at its top.');
  try {
    return parse(yaml, { maxAliasCount: 0 });
  } catch {
    throw new FirebreakError('FB-USAGE', 'The metadata of the card are not YAML.');
  }
}

async function text(path: string): Promise<string> {
  const found = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new FirebreakError('FB-NOT-FOUND', `${path} cannot be read.`, { cause });
  });
  if (found.length > mostCardBytes) throw new FirebreakError('FB-USAGE', `${path} is too large.`);
  return found;
}
