import type { CredentialProbe } from '@firebreak/contract';
import { basic, openHttp } from '../../../intake/http.ts';
import type { MlflowSession } from '../session.ts';

/** Knocks at the tracking server as the user, with the old password. */
export default {
  id: 'mlflow.password',
  title: 'Password of an MLflow user',
  wants: 'the old password',
  fits: ({ node }) => /^mlflow:User\//.test(node ?? ''),
  async probe({ session, about, secret, signal }) {
    const user = about.node?.split('/').at(-1);
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
    const answer = await knock({ authorization: basic(user, secret) });
    if (answer.ok || answer.failure === 'forbidden')
      return { result: 'alive', evidence: 'The server lets the user in with it.' };
    if (answer.failure === 'unauthorized') return { result: 'dead', evidence: 'The server answers 401 to it.' };
    return { result: 'cannot-tell', evidence: answer.reason };
  },
} satisfies CredentialProbe<MlflowSession>;
