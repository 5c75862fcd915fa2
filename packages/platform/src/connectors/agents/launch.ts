/**
 * What a command line of an MCP server runs. `npx`, `uvx` and `docker run` fetch a package from a registry at every start, and
 * unless the version is exact it may be another one tomorrow.
 */
import type { FactTypes } from '@firebreak/contract';
import { openAddress } from '../../intake/open-address.ts';

type Launch = NonNullable<FactTypes['agent.mcp-server']['launch']>;
type Package = NonNullable<Launch['package']>;

const name = (value: string) => value.replace(/^.*[\\/]/, '').replace(/\.(exe|cmd|bat)$/i, '');
const runners: Readonly<Record<string, (args: readonly string[]) => Partial<Launch>>> = {
  npx: npm,
  bunx: npm,
  pnpx: npm,
  npm: (args) => (args[0] === 'exec' || args[0] === 'x' ? npm(args.slice(1)) : {}),
  pnpm: (args) => (args[0] === 'dlx' ? npm(args.slice(1)) : {}),
  yarn: (args) => (args[0] === 'dlx' ? npm(args.slice(1)) : {}),
  bun: (args) => (args[0] === 'x' ? npm(args.slice(1)) : {}),
  deno: (args) => npm(args.filter((arg) => arg.startsWith('npm:')).map((arg) => arg.slice(4))),
  uvx: python,
  pipx: (args) => (args[0] === 'run' ? python(args.slice(1)) : {}),
  uv: (args) =>
    args[0] === 'tool' && args[1] === 'run' ? python(args.slice(2)) : args[0] === 'run' ? withPackage(args) : {},
  docker: container,
  podman: container,
  nerdctl: container,
};

/** The program and, where it fetches one, the package; undefined without a command. */
export function launchOf(command: string | undefined, args: readonly string[]): Launch | undefined {
  if (command === undefined || command === '') return undefined;
  const program = name(command).slice(0, 512);
  // `cmd /c npx …` on Windows.
  if (/^cmd$/i.test(program) && /^\/c$/i.test(args[0] ?? '')) return launchOf(args[1], args.slice(2));
  const found = Object.hasOwn(runners, program) ? runners[program]?.(args) : undefined;
  const clean = program.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '');
  return clean === '' ? undefined : { command: clean, package: undefined, repository: undefined, ...found };
}

function npm(args: readonly string[]): Partial<Launch> {
  const spec =
    optionOf(args, ['-p', '--package']) ?? firstPlain(args, ['-c', '--call', '-w', '--workspace', '--registry']);
  if (spec === undefined) return {};
  if (/^(github:|git\+|git:|https?:)/.test(spec)) return repositoryOf(spec.replace(/^github:/, 'https://github.com/'));
  const parsed = /^(@?[a-z0-9][a-z0-9._~-]*(?:\/[a-z0-9][a-z0-9._~-]*)?)(?:@([^\s@]{1,128}))?$/i.exec(spec);
  const [, packageName, version] = parsed ?? [];
  if (packageName === undefined || (packageName.includes('/') && !packageName.startsWith('@'))) return {};
  const pinned = /^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$/.test(version ?? '');
  return { package: { registry: 'npm', name: packageName.toLowerCase(), version, pinned } };
}

function python(args: readonly string[]): Partial<Launch> {
  const flags = ['--python', '-p', '--index-url', '--extra-index-url', '--with', '--spec'];
  const spec = optionOf(args, ['--from', '--spec']) ?? firstPlain(args, flags);
  return spec === undefined ? {} : pythonPackage(spec);
}
function withPackage(args: readonly string[]): Partial<Launch> {
  const spec = optionOf(args, ['--with']);
  return spec === undefined ? {} : pythonPackage(spec);
}
function pythonPackage(spec: string): Partial<Launch> {
  if (/^git\+/.test(spec)) return repositoryOf(spec);
  const parsed =
    /^([a-z0-9](?:[a-z0-9._-]*[a-z0-9])?)(?:\[[\w,.-]*\])?\s*(?:(==|@|>=|~=|<=|>|<)\s*([\w.*+!-]{1,64}))?$/i.exec(spec);
  const [, packageName, operator, version] = parsed ?? [];
  if (packageName === undefined) return {};
  const pinned = (operator === '==' || operator === '@') && /^\d+(\.\d+)+([a-z0-9.]+)?$/i.test(version ?? '');
  // PEP 503: names are compared so.
  const canonical = packageName.toLowerCase().replaceAll(/[-_.]+/g, '-');
  return { package: { registry: 'pypi', name: canonical, version, pinned } };
}

function container(args: readonly string[]): Partial<Launch> {
  const at = args.indexOf('run');
  if (at < 0) return {};
  const image = firstPlain(args.slice(at + 1), dockerFlags);
  if (image === undefined || !/^[\w][\w./:@-]{0,500}$/.test(image)) return {};
  const digest = image.includes('@sha256:');
  const colon = image.indexOf(':', image.lastIndexOf('/') + 1);
  const version = digest ? image.slice(image.indexOf('@') + 1) : colon < 0 ? undefined : image.slice(colon + 1);
  const repository = digest ? image.slice(0, image.indexOf('@')) : colon < 0 ? image : image.slice(0, colon);
  return { package: { registry: 'oci', name: repository, version, pinned: digest } satisfies Package };
}

/** Flags of `docker run` that are followed by a value of their own. */
const dockerFlags = [
  ...[
    '-e',
    '--env',
    '--env-file',
    '-v',
    '--volume',
    '--mount',
    '--name',
    '--network',
    '--net',
    '-p',
    '--publish',
    '-u',
  ],
  ...[
    '--user',
    '-w',
    '--workdir',
    '--entrypoint',
    '-m',
    '--memory',
    '--cpus',
    '--platform',
    '-l',
    '--label',
    '--add-host',
  ],
  ...['-h', '--hostname', '--cap-add', '--cap-drop', '--security-opt', '--pull', '--gpus', '--device', '--tmpfs'],
];

function repositoryOf(spec: string): Partial<Launch> {
  const url = spec.replace(/^git\+/, '').replace(/@[\w./-]{1,128}$/, '');
  const open = openAddress(url);
  return open === undefined ? {} : { repository: open.address };
}

/** The value of the first of these flags, written `--flag value` or `--flag=value`. */
function optionOf(args: readonly string[], flags: readonly string[]): string | undefined {
  for (const [index, arg] of args.entries()) {
    if (flags.includes(arg)) return args[index + 1];
    const flag = flags.find((each) => arg.startsWith(`${each}=`));
    if (flag !== undefined) return arg.slice(flag.length + 1);
  }
  return undefined;
}

/** The first argument that is neither a flag nor the value of one. */
function firstPlain(args: readonly string[], valued: readonly string[]): string | undefined {
  for (let at = 0; at < args.length; at += 1) {
    const arg = args[at] ?? '';
    if (valued.includes(arg)) at += 1;
    else if (arg !== '' && !arg.startsWith('-')) return arg;
  }
  return undefined;
}
