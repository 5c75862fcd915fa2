/**
 * The lockfile must name every optional platform package that a dependency names, or `npm ci` refuses to install. npm
 * leaves those out that the registry at hand does not have (a mirror that lacks a platform, say); `--write` puts them back
 * without an integrity, which npm only asks for on a machine of that platform. Run after `npm install`.
 */
import { readFileSync, writeFileSync } from 'node:fs';

interface Entry {
  readonly version?: string;
  readonly optional?: boolean;
  readonly os?: readonly string[];
  readonly cpu?: readonly string[];
  readonly libc?: readonly string[];
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const systems = ['darwin', 'linux', 'win32', 'freebsd', 'android', 'openharmony', 'aix', 'sunos', 'netbsd', 'openbsd'];
const processors = ['x64', 'arm64', 'arm', 'ia32', 'ppc64', 'riscv64', 's390x', 'wasm32', 'loong64'];

const file = new URL('../package-lock.json', import.meta.url);
const lock = JSON.parse(readFileSync(file, 'utf8')) as { packages: Record<string, Entry> };
const missing: [path: string, entry: Entry][] = [];
for (const [path, { optionalDependencies = {} }] of Object.entries(lock.packages)) {
  for (const [name, version] of Object.entries(optionalDependencies)) {
    const places = [`${path}${path === '' ? '' : '/'}node_modules/${name}`, `node_modules/${name}`];
    if (places.every((place) => lock.packages[place] === undefined))
      missing.push([`node_modules/${name}`, entryOf(name, version)]);
  }
}

if (process.argv.includes('--write')) {
  lock.packages = Object.fromEntries(
    Object.entries({ ...lock.packages, ...Object.fromEntries(missing) }).sort(([a], [b]) => (a < b ? -1 : 1)),
  );
  writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
  console.log(`lockfile: ${missing.length} platform packages put back`);
} else {
  for (const [path] of missing) console.error(`package-lock.json does not name ${path}: run npm run lock`);
  console.log(`lockfile: ${missing.length} platform packages missing`);
  process.exitCode = missing.length === 0 ? 0 : 1;
}

function entryOf(name: string, version: string): Entry {
  const words = name.split(/[-/]/);
  const libc = words.some((word) => word.startsWith('musl'))
    ? ['musl']
    : words.some((word) => word.startsWith('gnu'))
      ? ['glibc']
      : undefined;
  return {
    version: version.replace(/^[~^]/, ''),
    optional: true,
    cpu: processors.filter((each) => words.includes(each)),
    os: systems.filter((each) => words.includes(each)),
    ...(libc === undefined ? {} : { libc }),
  };
}
