/** A model server of a canary's tests: OpenAI's chat API on loopback, as slow and as wrong as it is told to be, with its own metrics. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface CanaryUpstream {
  readonly url: string;
  asked: number;
  /** What it answers to a sum. */
  answer: string;
  stop(): Promise<void>;
}

export async function startUpstream(answer: string): Promise<CanaryUpstream> {
  const upstream = { asked: 0, answer };
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { model = '' } = JSON.parse(Buffer.concat(chunks).toString() || '{}') as { model?: string };
    upstream.asked += 1;
    response.writeHead(200, { 'content-type': 'application/json' });
    const message = { role: 'assistant', content: upstream.answer };
    const usage = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 };
    const choices = [{ index: 0, message, finish_reason: 'stop' }];
    response.end(JSON.stringify({ id: 'chat', object: 'chat.completion', created: 1, model, choices, usage }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return Object.assign(upstream, {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  });
}
