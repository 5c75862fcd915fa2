/**
 * Databases for tests: on the server that FIREBREAK_DATABASE_URL names, or on an embedded one in a temporary folder. So the
 * same suites run against both.
 */
import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { startEmbeddedPostgres } from './embedded-postgres.ts';

export interface TestServer {
  /** The URL of a new, empty database. */
  database(): Promise<string>;
  /** Drops what was made. Call it in `afterAll`. */
  stop(): Promise<void>;
}

export async function testServer(): Promise<TestServer> {
  const named = process.env.FIREBREAK_DATABASE_URL;
  const server = named === undefined ? await temporaryServer() : { url: named, stop: async () => undefined };
  const names: string[] = [];
  return {
    database: async () => {
      const name = `test_${randomBytes(6).toString('hex')}`;
      await administer(server.url, `create database ${name} template template0`);
      names.push(name);
      const url = new URL(server.url);
      url.pathname = `/${name}`;
      return url.href;
    },
    stop: async () => {
      for (const name of names) await administer(server.url, `drop database ${name} with (force)`);
      await server.stop();
    },
  };
}

async function temporaryServer(): Promise<{ url: string; stop: () => Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'firebreak-test-'));
  // as root the server runs as somebody else, who must be let in
  await chmod(folder, 0o711);
  const server = await startEmbeddedPostgres(folder);
  return {
    url: server.url,
    stop: async () => {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function administer(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
