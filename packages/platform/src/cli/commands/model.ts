import { randomBytes } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { FirebreakError, type ModelVerdict } from '@firebreak/contract';
import { type Command, Option } from 'commander';
import { mostBundleBytes } from '../../artifacts/signing/bundle/bundle.ts';
import { type HashName, hashNames } from '../../artifacts/signing/hashing/hash.ts';
import { hashModel } from '../../artifacts/signing/hashing/hash-model.ts';
import { readUpTo } from '../../artifacts/signing/read-file.ts';
import { compareResources, isPlainPath, nameOf } from '../../artifacts/signing/resource-name.ts';
import { readSigningKey, signModel } from '../../artifacts/signing/sign-model.ts';
import { gitPaths, rootOf, type Serialization } from '../../artifacts/signing/statement.ts';
import { type Trust, trustInCertificates, trustInKey, trustInSigstore } from '../../artifacts/signing/trust/trust.ts';
import { placeIn, verifyModel } from '../../artifacts/signing/verify-model.ts';
import { systemClock } from '../../kernel/clock.ts';
import { atWork, type CommandLine } from '../command-line.ts';
import { bold, green, joined, red, type Shown, show, yellow } from '../shown.ts';
import { repeated, wholeNumber, withJson } from '../source-options.ts';
import { modelDocumentCommands } from './bom.ts';

interface VerifyOptions {
  readonly signature: string;
  readonly key?: string;
  readonly certificate?: readonly string[];
  readonly identity?: string;
  readonly issuer?: string;
  readonly trustRoot?: string;
  readonly ignore?: readonly string[];
  readonly json?: boolean;
}

interface HashOptions {
  readonly method: Serialization['method'];
  readonly hash: HashName;
  readonly shardSize: number;
  readonly ignore?: readonly string[];
  readonly allowSymlinks?: boolean;
  readonly json?: boolean;
}

interface SignOptions extends HashOptions {
  readonly signature: string;
  readonly key: string;
  readonly certificate?: readonly string[];
  readonly passphraseFile?: string;
}

const mostKeyBytes = 1 << 20;
const mostRootBytes = 16 << 20;
/** Names of each kind that a person gets to see; `--json` has them all. */
const shownNames = 20;

/** `firebreak model`: whether a model is what somebody signed. */
export function modelCommand(program: Command, cli: CommandLine): void {
  const model = program
    .command('model')
    .description('verify, sign and hash models (OpenSSF Model Signing v1.0), and tell what they are made of');
  withJson(model.command('verify <model>'))
    .description('a folder or file against its signature, offline; exit 0 verified, 1 not, 3 it cannot be told')
    .requiredOption('--signature <file>', 'the bundle')
    .option('--key <file>', 'public key of the signer, PEM')
    .option('--certificate <file>', 'trusted certificates, PEM; repeat for more', repeated)
    .option('--identity <name>', 'who must have signed, as Sigstore names them')
    .option('--issuer <url>', 'who must have vouched for the identity')
    .option('--trust-root <file>', 'trusted_root.json of the Sigstore, had by another way than the model')
    .option('--ignore <path>', 'a path below the model that is not compared; repeat for more', repeated)
    .action((path: string, options: VerifyOptions) => verify(cli, path, options));
  withMethod(withJson(model.command('sign <model>')))
    .description('sign a folder or file with a key, or with a key and its certificate')
    .requiredOption('--key <file>', 'private key, PEM, on P-256, P-384 or P-521')
    .option('--certificate <file>', 'certificate of the key, then those on the way to the root', repeated)
    .option('--passphrase-file <file>', 'holds the passphrase of the key')
    .requiredOption('--signature <file>', 'where the bundle is written')
    .action((path: string, options: SignOptions) => sign(cli, path, options));
  withMethod(withJson(model.command('hash <model>')))
    .description('digests of all files, or shards, and the one over them')
    .action((path: string, options: HashOptions) => hash(cli, path, options));
  modelDocumentCommands(model, cli);
}

function withMethod(command: Command): Command {
  return command
    .addOption(
      new Option('--method <name>', 'one digest a file, or a shard').choices(['files', 'shards']).default('files'),
    )
    .addOption(new Option('--hash <name>', 'hash function').choices([...hashNames]).default('sha256'))
    .option('--shard-size <bytes>', 'of --method shards', wholeNumber(1 << 16, 2 ** 40), 1_000_000_000)
    .option('--ignore <path>', 'a path below the model that is left out; repeat for more', repeated)
    .option('--allow-symlinks', 'take links that stay in the model as the files they lead to');
}

async function verify(cli: CommandLine, model: string, options: VerifyOptions): Promise<void> {
  const { output } = cli;
  const trust = await trustIn(options);
  const signature = await readUpTo(options.signature, mostBundleBytes);
  const verdict = await atWork(cli, 'Hashing', (signal) =>
    verifyModel({
      model,
      signature,
      signaturePath: options.signature,
      trust,
      ignorePaths: plain(options.ignore),
      now: systemClock.now(),
      signal,
    }),
  );
  await (options.json ? output.json(verdict) : output.text(shown(verdict)));
  if (verdict.verdict === 'refused') output.checkFailed();
  else if (verdict.verdict === 'unknown') output.held();
}

/** @throws FirebreakError FB-USAGE, FB-SIGNATURE-TRUST, FB-SIGNATURE-UNREADABLE */
async function trustIn({ key, certificate, identity, issuer, trustRoot }: VerifyOptions): Promise<Trust> {
  const sigstore = [identity, issuer, trustRoot].some((one) => one !== undefined);
  if ([key !== undefined, certificate !== undefined, sigstore].filter(Boolean).length !== 1)
    throw new FirebreakError(
      'FB-USAGE',
      'Give one of --key, --certificate, or --identity with --issuer and --trust-root.',
    );
  if (key !== undefined) return trustInKey(await text(key, mostKeyBytes));
  if (certificate !== undefined) return trustInCertificates(await allOf(certificate));
  if (identity === undefined || issuer === undefined || trustRoot === undefined)
    throw new FirebreakError('FB-USAGE', '--identity, --issuer and --trust-root belong together.');
  return trustInSigstore(await text(trustRoot, mostRootBytes), identity, issuer);
}

async function sign(cli: CommandLine, model: string, options: SignOptions): Promise<void> {
  const { output } = cli;
  const passphrase =
    options.passphraseFile === undefined
      ? undefined
      : (await text(options.passphraseFile, mostKeyBytes)).replace(/\r?\n$/, '');
  const certificates = options.certificate === undefined ? undefined : await allOf(options.certificate);
  const key = readSigningKey(await text(options.key, mostKeyBytes), passphrase, certificates);
  const how = methodOf(model, options, options.signature);
  const { bundle, hashed } = await atWork(cli, 'Hashing', (signal) => signModel({ model, how, key, signal }));
  await writeWhole(options.signature, bundle);
  const { resources, files, bytes } = hashed;
  const signed = { signature: options.signature, root: rootOf(resources.toSorted(compareResources)), files, bytes };
  await (options.json
    ? output.json({ ...signed, ignored: hashed.ignored, uncovered: hashed.uncovered })
    : output.text(
        show`${options.signature}: ${files} files, ${bytes} bytes, sha256 over all ${signed.root}`,
        ...hashed.uncovered.map((path) => yellow(`not covered, it is empty and shards are signed: ${path}`)),
      ));
}

async function hash(cli: CommandLine, model: string, options: HashOptions): Promise<void> {
  const { output } = cli;
  const how = methodOf(model, options, undefined);
  const hashed = await atWork(cli, 'Hashing', (signal) => hashModel(model, how, signal));
  const [problem] = hashed.refusals;
  if (problem !== undefined) throw new FirebreakError(problem.code, problem.why);
  const resources = hashed.resources.toSorted(compareResources);
  const root = rootOf(resources);
  if (options.json)
    await output.jsonList(
      'resources',
      resources.map((resource) => ({ name: nameOf(resource), digest: resource.digest })),
      { root, hash: how.hash, files: hashed.files, bytes: hashed.bytes },
    );
  else await output.text(...resources.map((one) => show`${one.digest}  ${nameOf(one)}`), show`${root}  over all`);
}

/** @throws FirebreakError FB-USAGE */
function methodOf(model: string, options: HashOptions, signature: string | undefined): Serialization {
  if (options.method === 'shards' && options.hash === 'blake3')
    throw new FirebreakError('FB-USAGE', 'BLAKE3 is parallel by itself; the specification knows it for files only.');
  return {
    method: options.method,
    hash: options.hash,
    ...(options.method === 'shards' ? { shardSize: options.shardSize } : {}),
    allowSymlinks: options.allowSymlinks === true,
    ignorePaths: [...new Set([...gitPaths, ...plain(options.ignore), ...placeIn(model, signature)])],
  };
}

/** @throws FirebreakError FB-USAGE */
function plain(paths: readonly string[] = []): readonly string[] {
  const cleaned = paths.map((path) => path.replace(/^\.\//, '').replace(/\/$/, ''));
  if (!cleaned.every(isPlainPath)) throw new FirebreakError('FB-USAGE', '--ignore takes a path below the model.');
  return cleaned;
}

const text = async (path: string, most: number) => (await readUpTo(path, most)).toString('utf8');
const allOf = async (paths: readonly string[]) =>
  (await Promise.all(paths.map((path) => text(path, mostKeyBytes)))).join('\n');

/** Whole or not at all: half a signature would look like tampering. @throws FirebreakError FB-OUTPUT-UNWRITABLE */
async function writeWhole(path: string, content: string): Promise<void> {
  const draft = `${path}.${randomBytes(8).toString('hex')}.part`;
  try {
    await using file = await open(draft, 'wx', 0o644);
    await file.writeFile(content);
    await file.sync();
    await rename(draft, path);
  } catch (cause) {
    throw new FirebreakError('FB-OUTPUT-UNWRITABLE', `${path} cannot be written.`, { cause });
  } finally {
    await rm(draft, { force: true });
  }
}

function shown({ verdict, model, signer, statement, ...rest }: ModelVerdict): Shown {
  const word = { verified: green('VERIFIED'), refused: red('NOT VERIFIED'), unknown: yellow('CANNOT TELL') }[verdict];
  const list = (what: string, names: readonly string[]) => [
    ...names.slice(0, shownNames).map((name) => show`  ${what}  ${name}`),
    ...(names.length > shownNames
      ? [show`  … and ${names.length - shownNames} more ${what} (--json has them all)`]
      : []),
  ];
  return joined([
    ...rest.reasons.map(({ code, why }) => show`${red(code)} ${why}`),
    ...list('missing', rest.missing),
    ...list('extra', rest.extra),
    ...list(
      'changed',
      rest.changed.map(({ name }) => name),
    ),
    ...list('ignored', rest.ignored),
    ...rest.notes.map((note) => yellow(note)),
    ...(signer === undefined ? [] : [signedBy(signer)]),
    ...(statement === undefined ? [] : [show`sha256 over all ${statement.root}, ${statement.resources} parts signed`]),
    show`${bold(word.text)} ${model}: ${rest.files} files, ${rest.bytes} bytes`,
  ]);
}

function signedBy(signer: NonNullable<ModelVerdict['signer']>): Shown {
  if (signer.by === 'key') return show`signed by the key ${signer.key}`;
  if (signer.by === 'certificate')
    return show`signed by the certificate ${signer.subject} (${signer.from} to ${signer.until}), sha256 ${signer.fingerprint}`;
  return show`signed by ${signer.identity}, vouched for by ${signer.issuer}`;
}
