import { type CredentialProbe, mlflowId } from '@firebreak/contract';
import { basic, openHttp } from '../../../intake/http.ts';
import { nameBehind, triedVerdict } from '../../../intake/tried-credential.ts';
import type { MlflowSession } from '../session.ts';

/** Knocks at the tracking server as the user, with the old password. */
export default {
  id: 'mlflow.password',
  title: 'Password of an MLflow user',
  wants: 'the old password',
  fits: ({ node }) => /^mlflow:User\//.test(node ?? ''),
  issuedAt: ({ kind, server }, { node }) =>
    kind === 'server' && nameBehind(mlflowId('User', server, ''), node) !== undefined,
  async probe({ session, about, secret, signal }) {
    const user = nameBehind(mlflowId('User', session.server, ''), about.node);
    if (session.kind === 'folder' || user === undefined)
      return { result: 'cannot-tell', evidence: 'No server is open that it could be tried at.' };
    const knock = async (headers: Readonly<Record<string, string>>) => {
      const http = openHttp({ base: session.ours.address, headers, patienceMs: 0 });
      try {
        return await http.json({ path: '/api/2.0/mlflow/experiments/search', query: { max_results: 1 } }, signal);
      } finally {
        await http.close();
      }
    };
    // A server that asks nobody would let any password in.
    if ((await knock({})).ok)
      return { result: 'cannot-tell', evidence: 'The server lets in whoever asks, with any password.' };
    return triedVerdict(await knock({ authorization: basic(user, secret) }), 'The server');
  },
} satisfies CredentialProbe<MlflowSession>;
