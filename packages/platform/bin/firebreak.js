#!/usr/bin/env node
// Runs Firebreak on the Node that npm brought with it, whatever Node the machine has.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../src/app/main.ts', import.meta.url));
const pinned = ['../../../node_modules/.bin/node', '../node_modules/.bin/node']
  .map((path) => fileURLToPath(new URL(path, import.meta.url)))
  .find((path) => existsSync(path));
const major = Number(process.versions.node.split(".")[0]);
const runsTypeScript = major >= 24;

if (runsTypeScript) {
  await import(main);
} else if (pinned === undefined) {
  console.error(`Firebreak needs Node 24, this is ${process.versions.node}: run npm ci, which brings it.`);
  process.exitCode = 2;
} else {
  const child = spawn(pinned, [main, ...process.argv.slice(2)], { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? (signal === null ? 1 : 128);
  });
}
