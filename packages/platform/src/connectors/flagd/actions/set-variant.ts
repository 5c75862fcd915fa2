import { isDeepStrictEqual } from 'node:util';
import { defineAction } from '@firebreak/contract';
import { z } from 'zod';
import { type FileState, fileChange, fileState } from '../../../exchange/file-change.ts';
import { valueAt } from '../../../exchange/text-edits.ts';
import { field, record } from '../../../intake/foreign.ts';
import { hasTargeting } from '../definitions.ts';
import type { FlagdSession } from '../session.ts';
import { deskOf, idOf, impactOf, ofFlag, probeRunning, wordParam } from './exchange/desk.ts';

const params = z.object({ ...ofFlag, variant: wordParam });
type Params = z.infer<typeof params>;

/** The flag answers one variant to everybody: no rule says otherwise, and it is not off, where programs do what they were written to. */
const wanted = (value: unknown, { flag, variant }: Params) => [
  { path: ['flags', flag, 'state'], value: 'ENABLED' },
  { path: ['flags', flag, 'defaultVariant'], value: variant },
  ...(hasTargeting(valueAt(value, ['flags', flag])) ? [{ path: ['flags', flag, 'targeting'], value: {} }] : []),
];

const { look, ...change } = fileChange<Params, FlagdSession>(deskOf, {
  file: ({ file }) => file,
  object: idOf,
  places: (_, { flag }) => ['state', 'defaultVariant', 'targeting'].map((part) => ['flags', flag, part]),
  edits: (value, of) => wanted(value, of).filter((edit) => !isDeepStrictEqual(valueAt(value, edit.path), edit.value)),
  objection(value, { flag, variant }) {
    const found = valueAt(value, ['flags', flag]);
    if (found === undefined) return `There is no flag ${flag}.`;
    return Object.hasOwn(record(field(found, 'variants')) ?? {}, variant) ? undefined : `It has no variant ${variant}.`;
  },
  shown: ({ flag, variant }) => ({ flag, state: 'ENABLED', defaultVariant: variant, targeting: {} }),
});

/** Turns a flag to one variant for everybody: the kill switch that was built in. */
export default defineAction<Params, FileState, FlagdSession>({
  id: 'flagd.set-variant',
  title: 'Set feature flag',
  stage: 'access',
  targetKinds: ['FeatureFlag'],
  params,
  before: fileState,
  permissions: ['write the file, and beside it'],
  target: (of) => ({ kind: 'FeatureFlag', id: idOf(of), name: of.flag }),
  describe: (of) => `Set feature flag ${of.flag} to ${of.variant} for everybody, in ${of.file}.`,
  undoes: (of) => `${of.file} is as it was, to the byte, or with what others changed in it since.`,
  drastic: () => false,
  takes: () => 10,
  impact: (of, estate) => impactOf('set-variant', estate, of, `The flag ${of.flag} says ${of.variant}.`),
  ...change,
  probe: async (attempt, of) => {
    const { holds } = await look(await deskOf(attempt, of), of);
    return [
      {
        what: `The file says ${of.variant} for ${of.flag}, whoever asks`,
        result: holds ? 'holds' : 'fails',
        evidence: 'It was read again.',
      },
      await probeRunning(
        attempt,
        of,
        `The running flagd answers ${of.variant}`,
        ({ variant }) => variant === of.variant,
      ),
    ];
  },
});
