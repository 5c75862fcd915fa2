/** The built console as static files, under a policy that runs no script but ours and talks to no one else. */
import { join, sep } from 'node:path';
import fastifyStatic from '@fastify/static';
import { FirebreakError } from '@firebreak/contract';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

/** Inline styles are the component library's; scripts come as files from here alone. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self'",
  "font-src 'self'",
  "connect-src 'self'",
  "worker-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const headers = {
  'content-security-policy': policy,
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};

/** @param folder of the built console; without it the API is there alone, and the root says so. */
export async function serveConsole(app: FastifyInstance, folder: string | undefined): Promise<void> {
  app.addHook('onSend', async (_request, reply) => {
    reply.headers(headers);
  });
  if (folder === undefined) {
    app.get('/', async (_request, reply) =>
      reply
        .type('text/plain; charset=utf-8')
        .send('The console is not built: run npm run build. The API is at /api.\n'),
    );
    app.setNotFoundHandler(notFound);
    return;
  }
  const hashed = join(folder, 'assets') + sep;
  await app.register(fastifyStatic, {
    root: folder,
    index: false,
    cacheControl: false,
    dotfiles: 'ignore',
    setHeaders: (reply, path) => {
      // Only a file whose name carries the hash of its content may be kept for ever.
      const forEver = path.startsWith(hashed);
      reply.header('cache-control', forEver ? 'public, max-age=31536000, immutable' : 'no-cache');
    },
  });
  app.get('/', (_request, reply) => reply.sendFile('index.html'));
  app.setNotFoundHandler((request, reply) => (isPage(request) ? reply.sendFile('index.html') : notFound(request)));
}

/** Pages are drawn by the console itself, whatever their path; a script or image that is not there is not there. */
function isPage({ method, url, headers: { accept = '' } }: FastifyRequest): boolean {
  return method === 'GET' && !url.startsWith('/api/') && accept.includes('text/html');
}

/** @throws FirebreakError FB-NOT-FOUND, always */
export function notFound({ method, url }: FastifyRequest, _reply?: FastifyReply): never {
  const [path = ''] = url.split('?', 1);
  throw new FirebreakError('FB-NOT-FOUND', `There is no ${method} ${path.slice(0, 200)}.`);
}
