/** Flag definitions → facts. A file counts as one when it has `flags`, and each of them `variants` (flagd.dev/reference/flag-definitions). */
import { type Collected, flagdId } from '@firebreak/contract';
import { readDocuments } from '../../intake/documents/read-documents.ts';
import { field, record, text, textAt } from '../../intake/foreign.ts';
import { gap } from '../../intake/gap.ts';
import { factMaker } from '../../intake/parse-fact.ts';
import { type FlagdSession, homeOf } from './session.ts';

const make = factMaker('flagd');
export const kinds = ['flagd.flag'];
/** Flags of one file, and variants of one flag. */
const maxEntries = 5000;

export async function* collectDefinitions(session: FlagdSession, signal: AbortSignal): AsyncGenerator<Collected> {
  const { path, root = '', homes } = session;
  const isFile = session.only !== undefined;
  const found: Collected[] = [];
  for await (const read of readDocuments({ path, kinds }, signal)) {
    if ('gap' in read) {
      yield read;
      continue;
    }
    const { value, file, locator } = read.document;
    const flags = flagsOf(value);
    if (flags === undefined) {
      if (isFile) yield { gap: gap('FB-OBJECT-IGNORED', kinds, locator, 'It is no flag definition.') };
      continue;
    }
    const home = await homeOf(root, file);
    homes.add(home);
    if (flags.length > maxEntries)
      yield { gap: gap('FB-LIMIT-REACHED', kinds, locator, `Read were ${maxEntries} flags.`) };
    for (const [key, flag] of flags.slice(0, maxEntries)) found.push(flagFact(home, file, key, flag, value, locator));
  }
  yield* found.sort((a, b) => (idOf(a) < idOf(b) ? -1 : 1));
}

const idOf = (each: Collected) => ('fact' in each ? each.fact.id : '');

/** Undefined where it is no flag definition. */
function flagsOf(value: unknown): readonly (readonly [string, unknown])[] | undefined {
  const flags = Object.entries(record(field(value, 'flags')) ?? {});
  return flags.length > 0 && flags.every(([, flag]) => record(field(flag, 'variants')) !== undefined)
    ? flags
    : undefined;
}

/** Whether a flag has a rule: flagd takes an empty one for none. */
export function hasTargeting(flag: unknown): boolean {
  const rule = field(flag, 'targeting');
  return rule !== undefined && rule !== null && Object.keys(record(rule) ?? { other: 1 }).length > 0;
}

function flagFact(home: string, file: string, key: string, flag: unknown, all: unknown, locator: string): Collected {
  const data = {
    home,
    file,
    key,
    state: text(field(flag, 'state')),
    variants: Object.keys(record(field(flag, 'variants')) ?? {}).slice(0, maxEntries),
    variant: text(field(flag, 'defaultVariant')),
    targeting: hasTargeting(flag),
    ...meaningOf({ ...record(field(all, 'metadata')), ...record(field(flag, 'metadata')) }),
  };
  return make('flagd.flag', flagdId(home, key, file), data, `${locator} flag ${key}`);
}

/** What metadata say of a flag's purpose; those of the flag win over those of the file. */
export function meaningOf(metadata: unknown): { readonly gates: readonly string[]; readonly safe: string | undefined } {
  const gates = (textAt(metadata, 'firebreak-gates') ?? '').split(' ').filter((id) => id !== '');
  return { gates: gates.slice(0, 1000), safe: textAt(metadata, 'firebreak-safe-variant') };
}
