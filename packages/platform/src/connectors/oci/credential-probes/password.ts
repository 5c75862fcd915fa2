import type { CredentialProbe } from '@firebreak/contract';
import { basic, openHttp } from '../../../intake/http.ts';
import type { OciSession } from '../session.ts';

/** Knocks at the registry as the user, with the old password or token; where it hands out tokens of a service, it cannot be told here. */
export default {
  id: 'oci.password',
  title: 'Password of a registry user',
  wants: 'the old password',
  fits: ({ node }) => /^oci:User\//.test(node ?? ''),
  async probe({ session, about, secret, signal }) {
    const user = about.node?.split('/').at(-1);
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
    if (!/^basic\b/i.test(nobody.header('www-authenticate') ?? ''))
      return { result: 'cannot-tell', evidence: 'Another service hands out its tokens: try the password there.' };
    const answer = await knock({ authorization: basic(user, secret) });
    if (answer.ok || answer.failure === 'forbidden')
      return { result: 'alive', evidence: 'The registry lets the user in with it.' };
    if (answer.failure === 'unauthorized') return { result: 'dead', evidence: 'The registry answers 401 to it.' };
    return { result: 'cannot-tell', evidence: answer.reason };
  },
} satisfies CredentialProbe<OciSession>;
