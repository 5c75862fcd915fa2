/** The verifier page, for download: it is opened from a disk, on a machine that has nothing else. */
import { readFile } from 'node:fs/promises';
import { FirebreakError } from '@firebreak/contract';
import type { FastifyInstance } from 'fastify';

/** @param path of the built page; without it there is none, and the answer says how to get one */
export function serveVerifierPage(app: FastifyInstance, path: string | undefined): void {
  app.get('/firebreak-verifier.html', async (_request, reply) => {
    if (path === undefined) throw new FirebreakError('FB-NOT-FOUND', 'The verifier page is not built: npm run build.');
    return reply
      .type('text/html; charset=utf-8')
      .header('content-disposition', 'attachment; filename="firebreak-verifier.html"')
      .header('cache-control', 'no-cache')
      .send(await readFile(path));
  });
}
