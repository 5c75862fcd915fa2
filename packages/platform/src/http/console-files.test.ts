import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fastify, { type FastifyInstance } from 'fastify';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { serveConsole } from './console-files.ts';
import { sendFailure } from './failure.ts';

let folder: string;
let app: FastifyInstance;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'firebreak-console-'));
  await mkdir(join(folder, 'dist', 'assets'), { recursive: true });
  await writeFile(join(folder, 'dist', 'index.html'), '<!doctype html><title>Firebreak</title>');
  await writeFile(join(folder, 'dist', 'icon.svg'), '<svg/>');
  await writeFile(join(folder, 'dist', '.env'), 'SECRET=1');
  await writeFile(join(folder, 'dist', 'assets', 'index-Bq3x.js'), 'export {}');
  await writeFile(join(folder, 'secret'), 'not for you');

  app = await appWith(join(folder, 'dist'));
});
afterAll(async () => {
  await app.close();
  await rm(folder, { recursive: true });
});

async function appWith(console: string | undefined): Promise<FastifyInstance> {
  const made = fastify();
  made.setErrorHandler((error, _request, reply) => sendFailure(error, reply));
  await serveConsole(made, console);
  return made;
}

const page = (url: string) => app.inject({ url, headers: { accept: 'text/html,*/*' } });

test.each(['/', '/incidents', '/incidents/inc_1/plan', '/sign-in', '/paths/a.b'])('%s is the console', async (url) => {
  const answer = await page(url);
  expect(answer.statusCode).toBe(200);
  expect(answer.body).toContain('<title>Firebreak</title>');
  expect(answer.headers).toMatchObject({ 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-cache' });
});

test('the policy runs no script but ours', async () => {
  const { headers } = await page('/');
  const policy = new Map(
    String(headers['content-security-policy'])
      .split('; ')
      .map((directive) => directive.split(/ (.*)/) as [string, string]),
  );
  expect(policy.get('script-src')).toBe("'self'");
  expect(policy.get('default-src')).toBe("'none'");
  expect(policy.get('connect-src')).toBe("'self'");
  expect(policy.get('frame-ancestors')).toBe("'none'");
  expect(policy.get('base-uri')).toBe("'none'");
  expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' });
});

test('only what carries a hash in its name is kept for ever', async () => {
  const asset = await app.inject({ url: '/assets/index-Bq3x.js' });
  expect(asset.headers['cache-control']).toBe('public, max-age=31536000, immutable');
  expect(asset.headers['content-type']).toContain('javascript');
  const icon = await app.inject({ url: '/icon.svg' });
  expect(icon.statusCode).toBe(200);
  expect(icon.headers['cache-control']).toBe('no-cache');
});

test('a script that is not there is not a page', async () => {
  const answer = await app.inject({ url: '/assets/gone-1234.js', headers: { accept: '*/*' } });
  expect(answer.statusCode).toBe(404);
  expect(answer.json()).toMatchObject({ code: 'FB-NOT-FOUND' });
});

test('only GET draws a page', async () => {
  const answer = await app.inject({ method: 'POST', url: '/incidents', headers: { accept: 'text/html' } });
  expect(answer.statusCode).toBe(404);
});

test.each([
  '/../secret',
  '/..%2fsecret',
  '/%2e%2e/secret',
  '/assets/../../secret',
  '/assets/..%2f..%2fsecret',
  '/assets/%2e%2e/%2e%2e/secret',
  '/..\\secret',
  '/assets%00/../secret',
  '//etc/passwd',
  '/%2fetc/passwd',
  '/.env',
])('%s leads nowhere', async (url) => {
  for (const accept of ['*/*', 'text/html']) {
    const answer = await app.inject({ url, headers: { accept } });
    expect(answer.body).not.toContain('not for you');
    expect(answer.body).not.toContain('SECRET');
    expect(answer.body).not.toContain('root:');
  }
});

test('without a build the root says what to do and the rest is not found', async () => {
  const bare = await appWith(undefined);
  const root = await bare.inject({ url: '/' });
  expect(root.statusCode).toBe(200);
  expect(root.body).toContain('npm run build');
  const other = await bare.inject({ url: '/incidents', headers: { accept: 'text/html' } });
  expect(other.statusCode).toBe(404);
  expect(other.json()).toMatchObject({ code: 'FB-NOT-FOUND' });
  await bare.close();
});
