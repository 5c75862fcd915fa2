import { type CredentialProbe, ociId } from '@firebreak/contract';
import { basic, openHttp } from '../../../intake/http.ts';
import { nameBehind, triedVerdict } from '../../../intake/tried-credential.ts';
import type { OciSession } from '../session.ts';

/** Knocks at the registry as the user, with the old password or token; where it hands out tokens of a service, it cannot be told here. */
export default {
  id: 'oci.password',
  title: 'Password of a registry user',
  wants: 'the old password',
  fits: ({ node }) => /^oci:User\//.test(node ?? ''),
  issuedAt: (session, { node }) => userAt(session, node) !== undefined,
  async probe({ session, about, secret, signal }) {
    const user = userAt(session, about.node);
    if (session.kind !== 'registry' || user === undefined)
      return { result: 'cannot-tell', evidence: 'No registry is open that it could be tried at.' };
    const knock = async (headers: Readonly<Record<string, string>>) => {
      const http = openHttp({ base: session.registry.target.base, headers, patienceMs: 0 });
      try {
        return await http.send({ path: '/v2/' }, signal);
      } finally {
        await http.close();
      }
    };
    const nobody = await knock({});
    if (nobody.ok) return { result: 'cannot-tell', evidence: 'The registry lets in whoever asks, with any password.' };
    if (nobody.failure !== 'unauthorized') return { result: 'cannot-tell', evidence: nobody.reason };
    if (!/^basic\b/i.test(nobody.header('www-authenticate') ?? ''))
      return { result: 'cannot-tell', evidence: 'Another service hands out its tokens: try the password there.' };
    return triedVerdict(await knock({ authorization: basic(user, secret) }), 'The registry');
  },
} satisfies CredentialProbe<OciSession>;

function userAt(session: OciSession, node: string | null): string | undefined {
  if (session.kind !== 'registry') return undefined;
  return nameBehind(ociId('User', session.registry.target.registry, ''), node);
}
