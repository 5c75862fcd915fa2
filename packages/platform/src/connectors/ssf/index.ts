/**
 * Firebreak as a transmitter of security events (OpenID Shared Signals Framework 1.0, CAEP 1.0): `ssf:<file>` of YAML or JSON says who we
 * are and which receivers we are registered with. Events are security event tokens (RFC 8417) signed with a key of our own (ES256), pushed
 * (RFC 8935) or laid ready to be polled (RFC 8936), about subjects as the receiver names them (RFC 9493). What was delivered is what the
 * receiver said: 202, or an acknowledgement.
 *
 * Receivers are facts; nothing is asked of them when facts are collected.
 */
import { type Connector, FirebreakError } from '@firebreak/contract';
import { z } from 'zod';
import { checkSource } from '../../intake/documents/read-documents.ts';
import { textAt } from '../../intake/foreign.ts';
import { openAddress } from '../../intake/open-address.ts';
import { factMaker } from '../../intake/parse-fact.ts';
import credentialChange from './actions/credential-change.ts';
import sessionRevoked from './actions/session-revoked.ts';
import { readTransmitter } from './configuration.ts';
import { startListener } from './listener.ts';
import { openOutbox } from './outbox.ts';
import type { SsfSession } from './session.ts';
import { loadSigningKey } from './signing-key.ts';

const config = z.object({
  /** The file that describes the transmitter. */
  from: z
    .string()
    .min(1)
    .refine((from) => from !== '-', 'it must be there when events are sent: a file'),
});
type SsfConfig = z.output<typeof config>;
const make = factMaker('ssf');
const actions = [credentialChange, sessionRevoked];

function permissions(wanted: readonly string[]): string {
  const lines = actions
    .filter(({ id }) => wanted.includes(id))
    .flatMap(({ id, permissions: needed }) => [`# ${id}:`, ...needed.map((each) => `#   ${each}`)]);
  return `# Reading the file, and writing to its key and outbox: nobody else may.\n${lines.map((line) => `${line}\n`).join('')}`;
}

const ssf: Connector<SsfConfig, SsfSession> = {
  id: 'ssf',
  title: 'Shared signals',
  config,
  permissions,
  parse: (spec) => {
    const parsed = config.safeParse({ from: spec });
    if (!parsed.success) throw new FirebreakError('FB-USAGE', 'ssf: needs a file.');
    return parsed.data;
  },
  connect: async ({ from }, signal) => {
    await checkSource(from);
    const transmitter = await readTransmitter(from, signal);
    const key = await loadSigningKey(transmitter.key);
    const outbox = openOutbox(transmitter.outbox);
    const listener =
      transmitter.listen === undefined ? undefined : await startListener(transmitter, { key: key.publicJwk, outbox });
    return { from, transmitter, key, outbox, listener };
  },
  close: async ({ listener }) => listener?.stop(),
  async *collect({ from, transmitter }, signal) {
    for (const { id, audience, push, events, subjects } of transmitter.receivers) {
      signal.throwIfAborted();
      const address = push === undefined ? '' : (openAddress(push.endpoint)?.address ?? '');
      const delivery = push === undefined ? 'poll' : 'push';
      const data = { transmitter: transmitter.issuer, receiver: id, audience, delivery, address, events, subjects };
      yield make('ssf.receiver', `ssf:Receiver/${id}`, data, from);
    }
  },
  address: ({ transmitter }) => transmitter.issuer,
  answersFor: ({ transmitter }, params) => textAt(params, 'transmitter') === transmitter.issuer,
  actions,
};

export default ssf;
