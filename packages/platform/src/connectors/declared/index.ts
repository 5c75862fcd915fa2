/**
 * Levers that a team declares for itself: `declared:<file | folder>` of YAML or JSON documents (docs/declared-levers.md). Each is a fact,
 * which the graph joins to the steps that it says it severs, and can be pulled like any other lever. What a plan carries is the digest of
 * the definition; another definition of the same name is refused.
 *
 * A lever whose effect no collector sees (`shown: declaration`) is read here each time facts are collected. While it is in effect, the
 * steps that it names are left out of the graph, and a gap says that only the declaration vouches for that: such an estate is never
 * proved contained, only `done-unproven`, with the file named.
 */
import { type Collected, type Connector, type DeclaredLever, FirebreakError } from '@firebreak/contract';
import { z } from 'zod';
import { checkSource } from '../../intake/documents/read-documents.ts';
import { gap } from '../../intake/gap.ts';
import { factMaker } from '../../intake/parse-fact.ts';
import { actions } from './actions.ts';
import { isInEffect, readState } from './judged.ts';
import { type Declared, loadDeclared } from './load.ts';
import type { DeclaredSession } from './session.ts';

const config = z.object({
  /** A folder or file. */
  from: z
    .string()
    .min(1)
    .refine((from) => from !== '-', 'levers must be there when they are pulled: a file or a folder'),
});
type DeclaredConfig = z.output<typeof config>;
const make = factMaker('declared');

const permissions = (wanted: readonly string[]) => `# Reading the files, which nobody else may write to.
${wanted.length === 0 ? '' : `# ${wanted.join(', ')}: each lever names in \`permissions\` the right that its own credential needs, and in headers and env\n# the variable or file where that credential is. Nothing else of Firebreak's environment reaches a program that it runs.\n`}`;

const declared: Connector<DeclaredConfig, DeclaredSession> = {
  id: 'declared',
  title: 'Declared levers',
  config,
  permissions,
  parse: (spec) => {
    const parsed = config.safeParse({ from: spec });
    if (!parsed.success) throw new FirebreakError('FB-USAGE', 'declared: needs a folder or a file.');
    return parsed.data;
  },
  connect: async ({ from }) => {
    await checkSource(from);
    return { from };
  },
  close: async () => {},
  async *collect({ from }, signal) {
    for await (const found of loadDeclared(from, signal)) {
      if ('gap' in found) yield found;
      else yield* factsOf(found, signal);
    }
  },
  address: ({ from }) => from,
  actions,
};

async function* factsOf({ definition, digest, locator }: Declared, signal: AbortSignal): AsyncGenerator<Collected> {
  const { id, undo: _, do: __, read: ___, probes: ____, inEffect: _____, ...told } = definition;
  const data: Record<string, unknown> = { ...told, lever: id, file: locator, definition: digest };
  if (definition.shown === 'declaration') {
    const effect = await effectOf(definition, signal);
    if (effect === 'unread') {
      const reason = `Whether ${id} is in effect could not be read; its steps are counted as open.`;
      yield { gap: gap('FB-LEVER-BY-DECLARATION', ['declared.lever'], locator, reason) };
    } else {
      data.inEffect = effect;
      if (effect) {
        const reason = `By declaration of ${locator}, ${id} severs ${definition.severs.map(({ edge }) => edge).join(', ')}; nothing else shows it.`;
        yield { gap: gap('FB-LEVER-BY-DECLARATION', ['declared.lever'], locator, reason) };
      }
    }
  }
  yield make(
    'declared.lever',
    `declared:Lever/${id}`,
    data satisfies Partial<Record<keyof DeclaredLever, unknown>>,
    locator,
  );
}

async function effectOf(definition: Declared['definition'], signal: AbortSignal): Promise<boolean | 'unread'> {
  try {
    const now = await readState(definition, { parameters: fixedValues(definition), before: undefined }, signal);
    return isInEffect(definition, now, { parameters: fixedValues(definition), before: now.state });
  } catch (error) {
    if (!(error instanceof FirebreakError) || error.code === 'FB-CANCELLED') throw error;
    return 'unread';
  }
}

/** By declaration only values and the id of the one target are parameters; the schema holds that. */
function fixedValues({ parameters, target }: Declared['definition']): Record<string, string> {
  const id = target.slice('id='.length);
  return Object.fromEntries(Object.entries(parameters).map(([name, { value }]) => [name, value ?? id]));
}

export default declared;
