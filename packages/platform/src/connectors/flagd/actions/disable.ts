import { defineAction } from '@firebreak/contract';
import { z } from 'zod';
import { type FileState, fileChange, fileState } from '../../../exchange/file-change.ts';
import { valueAt } from '../../../exchange/text-edits.ts';
import type { FlagdSession } from '../session.ts';
import { deskOf, idOf, impactOf, ofFlag, probeRunning } from './exchange/desk.ts';

const params = z.object(ofFlag);
type Params = z.infer<typeof params>;

const { look, ...change } = fileChange<Params, FlagdSession>(deskOf, {
  file: ({ file }) => file,
  object: idOf,
  places: (_, { flag }) => [['flags', flag, 'state']],
  edits: (value, { flag }) =>
    valueAt(value, ['flags', flag, 'state']) === 'DISABLED'
      ? []
      : [{ path: ['flags', flag, 'state'], value: 'DISABLED' }],
  objection: (value, { flag }) =>
    valueAt(value, ['flags', flag]) === undefined ? `There is no flag ${flag}.` : undefined,
  shown: ({ flag }) => ({ flag, state: 'DISABLED' }),
});

/**
 * Switches a flag off: programs then do what they were written to do without it. Whether that is the safe thing only their code tells, so
 * no plan uses it by itself; `flagd.set-variant` says what is meant.
 */
export default defineAction<Params, FileState, FlagdSession>({
  id: 'flagd.disable',
  title: 'Disable feature flag',
  stage: 'access',
  targetKinds: ['FeatureFlag'],
  params,
  before: fileState,
  permissions: ['write the file, and beside it'],
  target: (of) => ({ kind: 'FeatureFlag', id: idOf(of), name: of.flag }),
  describe: (of) => `Disable feature flag ${of.flag}, in ${of.file}: programs fall back to what is written in them.`,
  undoes: (of) => `${of.file} is as it was, to the byte, or with what others changed in it since.`,
  drastic: () => false,
  takes: () => 10,
  impact: (of, estate) => impactOf('disable', estate, of, `The flag ${of.flag} answers nobody.`),
  ...change,
  probe: async (attempt, of) => {
    const { holds } = await look(await deskOf(attempt, of), of);
    return [
      {
        what: `The file says that ${of.flag} is disabled`,
        result: holds ? 'holds' : 'fails',
        evidence: 'It was read again.',
      },
      await probeRunning(attempt, of, `The running flagd does not answer for ${of.flag}`, ({ disabled }) => disabled),
    ];
  },
});
