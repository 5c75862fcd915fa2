/** The built console as static files, under a policy that runs no script but ours and talks to no one else. */
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply } from 'fastify';

const policy =
  "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; worker-src 'self' blob:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

export async function serveConsole(app: FastifyInstance, folder: string | undefined): Promise<void> {
  app.addHook('onSend', async (_request, reply) => {
    reply.header('content-security-policy', policy);
    reply.header('x-content-type-options', 'nosniff');
    reply.header('referrer-policy', 'no-referrer');
  });
  if (folder === undefined) {
    app.get('/', async () => ({ firebreak: 'The console is not built: run npm run build.' }));
    return;
  }
  await app.register(fastifyStatic, {
    root: folder,
    wildcard: true,
    maxAge: '1y',
    immutable: true,
    index: false,
    setHeaders: noStoreForHtml,
  });
  app.setNotFoundHandler((_request, reply) =>
    reply.header('cache-control', 'no-cache').sendFile('index.html', { maxAge: 0, immutable: false }),
  );
  app.get('/', (_request, reply) => reply.sendFile('index.html', { maxAge: 0, immutable: false }));
}

/** Only files whose name carries their hash may be kept for ever. */
function noStoreForHtml(reply: FastifyReply, path: string): void {
  if (path.endsWith('.html')) reply.header('cache-control', 'no-cache');
}
