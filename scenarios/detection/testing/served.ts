/** A real `firebreak serve` that is sent events and asked what it found. */
import { type Running, start } from '../../containment/testing/firebreak.ts';

export interface Served {
  readonly address: string;
  readonly token: string;
  readonly running: Running;
  /** @returns status and parsed body; `lost` when nobody answered */
  post(path: string, body: unknown): Promise<{ status: number | 'lost'; body: never }>;
  /** @throws when the answer is no 200 */
  get<T>(path: string): Promise<T>;
}

/** @param token of an earlier life on the same data; made anew when absent @param port any when absent */
export async function served(
  args: readonly string[],
  { token, port = 0 }: { readonly token?: string; readonly port?: number } = {},
): Promise<Served> {
  const running = start('serve', ...args, '--port', String(port), '--json');
  const [ready] = await running.says(/\{[^}]*"signInLink"[^}]*\}/);
  const { address, signInLink } = JSON.parse(ready) as { address: string; signInLink: string };
  const known = token ?? (await newToken(address, signInLink));
  const headers = { authorization: `Bearer ${known}`, 'content-type': 'application/json' };
  return {
    address,
    token: known,
    running,
    post: async (path, body) => {
      try {
        const answer = await fetch(new URL(path, address), { method: 'POST', headers, body: JSON.stringify(body) });
        return { status: answer.status, body: (await answer.json()) as never };
      } catch {
        return { status: 'lost', body: undefined as never };
      }
    },
    get: async (path) => {
      const answer = await fetch(new URL(path, address), { headers });
      if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
      return (await answer.json()) as never;
    },
  };
}

async function newToken(address: string, signInLink: string): Promise<string> {
  const post = async (path: string, body: unknown, cookie = '') => {
    const headers = { 'content-type': 'application/json', cookie };
    const answer = await fetch(new URL(path, address), { method: 'POST', headers, body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return answer;
  };
  const signedIn = await post('/api/sign-in', { link: new URL(signInLink).hash.replace('#link=', ''), name: 'tester' });
  const cookie = signedIn.headers
    .getSetCookie()
    .map((each) => each.split(';', 1)[0])
    .join('; ');
  const made = await post('/api/tokens', { name: 'test', role: 'admin', expiresInDays: 1 }, cookie);
  return ((await made.json()) as { token: string }).token;
}
