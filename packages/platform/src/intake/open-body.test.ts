import type { ServerResponse } from 'node:http';
import { expect, onTestFinished, test } from 'vitest';
import { openHttp } from './http.ts';
import { openBody } from './open-body.ts';
import { startServer } from './testing/server.case.ts';

const signal = new AbortController().signal;

/** What is downloaded from a server that answers so. */
async function downloaded(answer: (response: ServerResponse) => void): Promise<string> {
  const server = await startServer((_, response) => answer(response));
  const client = openHttp({ base: server.url, sleep: async () => undefined });
  onTestFinished(async () => {
    await client.close();
    await server.stop();
  });
  const chunks: Uint8Array[] = [];
  const ask = () => client.send({ path: '/weights', open: true }, signal);
  for await (const chunk of openBody(ask, 'the server')) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

test('a download is its bytes', async () => {
  expect(await downloaded((response) => response.end('weights'))).toBe('weights');
});

test.each<[string, (response: ServerResponse) => void]>([
  [
    'the length that was told',
    (response) => {
      response.writeHead(200, { 'content-length': '1000' });
      response.write('half', () => response.destroy());
    },
  ],
  ['its last chunk', (response) => response.write('half', () => response.destroy())],
])('one that is cut off before %s is refused, and never taken for the whole', async (_, answer) => {
  await expect(downloaded(answer)).rejects.toMatchObject({ code: 'FB-EVIDENCE-TRUNCATED' });
});

test('one that is refused says so before a byte of it', async () => {
  await expect(
    downloaded((response) => {
      response.writeHead(404);
      response.end('no such file');
    }),
  ).rejects.toThrow('the server');
});
