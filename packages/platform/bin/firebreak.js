#!/usr/bin/env node
// Runs Firebreak on the Node that npm brought with it, whatever Node the machine has. Must itself run on any Node.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const main = new URL('../src/app/main.ts', import.meta.url);
const needed = 24;

if (Number(process.versions.node.split('.')[0]) >= needed) {
  await import(main.href);
} else {
  const node = pinnedNode();
  if (node === undefined) {
    console.error(`Firebreak needs Node ${needed}, this is ${process.versions.node}: run npm ci, which brings it.`);
    process.exitCode = 2;
  } else runOn(node);
}

/** The binary in the package that npm installed for this platform (optionalDependencies of the root). */
function pinnedNode() {
  const system = process.platform === 'win32' ? 'win' : process.platform;
  const binary = process.platform === 'win32' ? 'node.exe' : 'node';
  const require = createRequire(import.meta.url);
  for (const name of [`node-${system}-${process.arch}`, `node-bin-${system}-${process.arch}`]) {
    try {
      const path = join(dirname(require.resolve(`${name}/package.json`)), 'bin', binary);
      if (existsSync(path)) return path;
    } catch {
      // not this one
    }
  }
  return undefined;
}

/** Stands aside: signals go to the child, its end becomes ours. */
function runOn(node) {
  const child = spawn(node, [fileURLToPath(main), ...process.argv.slice(2)], { stdio: 'inherit' });
  const forward = (signal) => child.kill(signal);
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, forward);
  // A terminal sends Ctrl-C to both of us; a second one from here would tell the child to stop at once.
  process.on('SIGINT', process.stdin.isTTY ? () => {} : forward);
  child.on('error', (error) => {
    console.error(`The Node at ${node} cannot be run: ${error.message}`);
    process.exitCode = 2;
  });
  child.on('exit', (code, signal) => {
    if (signal === null) process.exitCode = code ?? 1;
    else {
      for (const caught of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.removeAllListeners(caught);
      process.kill(process.pid, signal);
    }
  });
}
