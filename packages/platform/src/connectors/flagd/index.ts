/**
 * Feature flags: flag definitions of flagd, and a running flagd by the OpenFeature Remote Evaluation Protocol.
 *
 *     flagd:<file | folder>              flag definitions in JSON or YAML
 *     flagd:<file | folder>#<address>    the same, and the flagd that answers from them, for the probes of levers
 *     flagd:http[s]://flagd[:port]       a running flagd alone: what it answers; nothing can be changed through it
 *
 * Which flags matter here their metadata say: `firebreak-gates` names nodes that act only while the flag lets them, separated by
 * spaces, and `firebreak-safe-variant` the variant that does not let them. What a variant is, is not read.
 *
 * A bearer token for the running flagd comes from FLAGD_TOKEN.
 */
import { type Connector, FirebreakError } from '@firebreak/contract';
import { z } from 'zod';
import { checkSource } from '../../intake/documents/read-documents.ts';
import { textAt } from '../../intake/foreign.ts';
import { actions } from './actions/index.ts';
import { collectAnswers } from './answers.ts';
import { collectDefinitions } from './definitions.ts';
import { type FlagdSession, openSession } from './session.ts';

const config = z.object({
  /** A file, a folder, an address, or a file or folder with an address behind `#`. */
  from: z.string().min(1),
  /** Milliseconds for one answer. */
  timeoutMs: z.number().int().positive().default(15_000),
});
type FlagdConfig = z.output<typeof config>;

const reading = `# Files: reading them. A running flagd: its OFREP port; it asks for nothing unless a proxy in front of it does.
#   FLAGD_TOKEN=<token>
`;
const acting = `# To act: writing the file that a step names, and beside it (a copy of it as it was stays until it is undone).
`;

const flagd: Connector<FlagdConfig, FlagdSession> = {
  id: 'flagd',
  title: 'Feature flags (OpenFeature flagd)',
  config: config as z.ZodType<FlagdConfig>,
  permissions: (wanted) => (actions.some(({ id }) => wanted.includes(id)) ? `${reading}${acting}` : reading),
  parse: (spec) => {
    if (spec === '') throw new FirebreakError('FB-USAGE', 'flagd: needs a file, a folder or an address.');
    return config.parse({ from: spec });
  },
  connect: async (settings) => {
    const session = await openSession(settings);
    if (session.root !== undefined) await checkSource(session.path);
    return session;
  },
  close: async ({ running }) => {
    await running?.close();
  },
  collect: (session, signal) =>
    session.root === undefined ? collectAnswers(session, signal) : collectDefinitions(session, signal),
  address: ({ path }) => path,
  canAct: ({ root }) => root !== undefined,
  answersFor: ({ homes }, params) => homes.has(textAt(params, 'home') ?? ''),
  actions,
};

export default flagd;
