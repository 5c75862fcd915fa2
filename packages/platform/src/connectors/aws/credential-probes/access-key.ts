import type { CredentialProbe } from '@firebreak/contract';
import { nameBehind } from '../../../intake/tried-credential.ts';
import type { AwsSession } from '../session.ts';

/**
 * Asks STS in the key's name with a wrong secret: AWS tells a key that it does not accept from one whose secret is wrong, so the
 * secret itself is not needed, and is not asked for.
 */
export default {
  id: 'aws.access-key',
  title: 'Access key of AWS',
  wants: 'the id of the old access key (AKIA…), not its secret',
  fits: ({ node, kind }) => /^aws:AccessKey\//.test(node ?? '') || kind === 'aws-access-key-id',
  // Keys are known by STS everywhere; files know nothing.
  issuedAt: ({ control }) => control !== undefined,
  async probe({ session, about, secret, signal }) {
    const [accessKeyId] = /^A(?:KIA|SIA)[A-Z0-9]{12,28}$/.exec(secret.trim()) ?? [];
    if (session.control === undefined)
      return { result: 'cannot-tell', evidence: 'No account is open that it could be tried at.' };
    if (accessKeyId === undefined) return { result: 'cannot-tell', evidence: 'What was given is no access key id.' };
    const meant = nameBehind('aws:AccessKey/', about.node);
    if (meant !== undefined && meant !== accessKeyId)
      return { result: 'cannot-tell', evidence: `What was given is another key than ${meant}.` };
    const stranger = session.control.as({ accessKeyId, secretAccessKey: 'not-the-secret-of-this-key' });
    const command = { service: 'sts', operation: 'GetCallerIdentity', region: undefined, input: {} } as const;
    const reply = await stranger.read(command, signal);
    if (!reply.ok && reply.error.startsWith('InvalidClientTokenId'))
      return { result: 'dead', evidence: 'STS does not know the key, or it is inactive (InvalidClientTokenId).' };
    if (!reply.ok && reply.error.startsWith('SignatureDoesNotMatch'))
      return { result: 'alive', evidence: 'STS knows the key: it complains of the signature alone.' };
    return { result: 'cannot-tell', evidence: reply.ok ? 'STS answered a wrong secret.' : reply.reason };
  },
} satisfies CredentialProbe<AwsSession>;
