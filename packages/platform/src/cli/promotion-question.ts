/** What `firebreak gate promote` looks at before it asks the policies: the files here, what was given, an estate, a server. */
import { readFile, stat } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { resolve } from 'node:path';
import {
  FirebreakError,
  type PromotionFindings,
  type PromotionRecord,
  type PromotionSubject,
  type promotedKinds,
} from '@firebreak/contract';
import { inspectFiles } from '../artifacts/inspection/inspect-files.ts';
import { worst } from '../artifacts/inspection/inspection.ts';
import { mostBundleBytes } from '../artifacts/signing/bundle/bundle.ts';
import { hashModel } from '../artifacts/signing/hashing/hash-model.ts';
import { readUpTo } from '../artifacts/signing/read-file.ts';
import { compareResources } from '../artifacts/signing/resource-name.ts';
import { gitPaths, rootOf } from '../artifacts/signing/statement.ts';
import { placeIn } from '../artifacts/signing/verify-model.ts';
import { lineageOf } from '../inventory/lineage.ts';
import { systemClock } from '../kernel/clock.ts';
import { newId } from '../kernel/id.ts';
import { judgeStatement } from '../promotion/attestations/envelope.ts';
import { decidePromotion } from '../promotion/decide.ts';
import { lineageFinding } from '../promotion/findings/lineage.ts';
import { scanFinding } from '../promotion/findings/scan.ts';
import { judgeAttached, modelSignature } from '../promotion/findings/signature.ts';
import { findingsOf } from '../promotion/gather.ts';
import { openPromotionPolicy } from '../promotion/policy.ts';
import { type GateTrust, openTrust, trustInNobody } from '../promotion/trust.ts';
import { atWork, type CommandLine } from './command-line.ts';
import { openServer, type ServerOptions } from './server-options.ts';
import { openSource } from './source-options.ts';

export interface PromoteOptions extends ServerOptions {
  readonly kind: (typeof promotedKinds)[number];
  readonly stage: string;
  readonly environment?: string;
  readonly policy?: readonly string[];
  readonly onlyPolicy?: boolean;
  readonly trust?: string;
  readonly signature?: string;
  readonly attestation?: readonly string[];
  readonly name?: string;
  readonly node?: string;
  readonly from?: readonly string[];
  readonly as?: string;
  readonly record?: string;
  readonly attest?: string;
  readonly attestKey?: string;
  readonly sarif?: boolean;
  readonly json?: boolean;
}

const mostAttestationBytes = 64 * 1024 * 1024;
const mostAttestations = 1000;
const perFileMs = 600_000;

/** @throws FirebreakError FB-USAGE, FB-POLICY-INVALID, FB-PROMOTION-TRUST, and what reading says */
export async function judgePromotion(
  cli: CommandLine,
  given: string,
  options: PromoteOptions,
): Promise<PromotionRecord> {
  const policy = await openPromotionPolicy(options.policy, options.onlyPolicy === true);
  const trust = options.trust === undefined ? trustInNobody : await openTrust(options.trust);
  const now = systemClock.now();
  const values = (await Promise.all((options.attestation ?? []).map(attestationsIn))).flat();
  const { statements, subject, signature, scan } = await atWork(cli, 'Looking', async (signal) => {
    if (options.kind !== 'image') {
      const looked = await filesOf(given, options, trust, now, signal);
      return { ...looked, statements: values.map((value) => judgeStatement(value, trust, now)) };
    }
    const { subject: image, attached } = await cli.world.image(given, trust.registries, signal);
    return { subject: image, ...judgeAttached(image, attached, values, trust, now), scan: undefined };
  });
  const as: PromotionSubject = {
    ...subject,
    name: options.name ?? subject.name,
    ...(options.node === undefined ? {} : { node: options.node }),
  };
  const around = await atWork(cli, 'Asking what is around it', (signal) => surroundings(cli, as, options, signal));
  const request = {
    subject: as,
    stage: options.stage,
    environment: options.environment ?? '',
    face: 'ci' as const,
    by: { name: options.as ?? userInfo().username, role: 'pipeline' },
    at: now.toISOString(),
  };
  const findings = findingsOf(request, { statements, signature, scan, ...around }, trust);
  return {
    kind: 'firebreak/promotion-record',
    id: newId('prm'),
    decision: decidePromotion(request, findings, policy),
    findings,
    policies: [...policy.texts],
  };
}

interface Looked {
  readonly subject: PromotionSubject;
  readonly signature: PromotionFindings['signature'];
  readonly scan: PromotionFindings['scan'];
}

/** A model on this disk: hashed, its signature verified, its files inspected. */
async function filesOf(
  path: string,
  { kind, signature: bundle }: PromoteOptions,
  trust: GateTrust,
  now: Date,
  signal: AbortSignal,
): Promise<Looked> {
  if ((await stat(path).catch(() => undefined)) === undefined)
    throw new FirebreakError('FB-USAGE', `There is nothing at ${path}; an image wants --kind image.`);
  const bytes = bundle === undefined ? undefined : await readUpTo(bundle, mostBundleBytes);
  const given = bytes === undefined || bundle === undefined ? undefined : { bytes, path: bundle };
  const { finding, root } = await modelSignature(path, given, trust, now, signal);
  const report = await inspectFiles({
    paths: [path],
    allowed: [],
    perFile: perFileMs,
    now: () => systemClock.now(),
    signal,
  });
  // The bundle lies in the model and is no part of it.
  const own = bundle === undefined ? undefined : resolve(bundle);
  const files = report.files.filter((file) => resolve(file.path) !== own);
  const whole = {
    ...report,
    files,
    verdict: files.length === 0 ? ('cannot-tell' as const) : worst(files.map(({ verdict }) => verdict)),
  };
  const digest = root ?? (await hashedRoot(path, bundle, signal));
  return {
    subject: {
      kind,
      name: path,
      byDigest: digest !== undefined,
      ...(digest === undefined ? {} : { digest: `sha256:${digest}` }),
    },
    signature: finding,
    scan: scanFinding(whole),
  };
}

async function hashedRoot(path: string, bundle: string | undefined, signal: AbortSignal): Promise<string | undefined> {
  const how = {
    method: 'files',
    hash: 'sha256',
    allowSymlinks: false,
    ignorePaths: [...gitPaths, ...placeIn(path, bundle)],
  } as const;
  const { resources, refusals } = await hashModel(path, how, signal);
  return refusals.length > 0 || resources.length === 0 ? undefined : rootOf(resources.toSorted(compareResources));
}

/** From the server where there is a token, else lineage from the sources that were given. */
async function surroundings(cli: CommandLine, subject: PromotionSubject, options: PromoteOptions, signal: AbortSignal) {
  if (options.token !== undefined) {
    const { kind, name, digest, node } = subject;
    const query = {
      kind,
      name,
      stage: options.stage,
      ...(digest === undefined ? {} : { digest }),
      ...(node === undefined ? {} : { node }),
    };
    const { lineage, incidents, approvals } = await openServer(options).call(
      'promotionSurroundings',
      { query },
      signal,
    );
    return { lineage: lineage ?? undefined, incidents: incidents ?? undefined, approvals };
  }
  if (options.from === undefined) return {};
  const graph = (await openSource(cli, options)).graph();
  const number = graph.indexOf.get(subject.node ?? subject.name);
  return number === undefined ? {} : { lineage: lineageFinding(lineageOf(graph, number), graph.estate.gaps) };
}

async function attestationsIn(path: string): Promise<readonly unknown[]> {
  const bytes = await readFile(path).catch((cause: unknown) => {
    throw new FirebreakError('FB-NOT-FOUND', `${path} cannot be read.`, { cause });
  });
  if (bytes.length > mostAttestationBytes) throw new FirebreakError('FB-USAGE', `${path} is too large.`);
  const text = bytes.toString('utf8').trim();
  const parse = (part: string): unknown => {
    try {
      return JSON.parse(part);
    } catch {
      return undefined;
    }
  };
  const whole = parse(text);
  const found = whole === undefined ? text.split('\n', mostAttestations).map(parse) : [whole].flat();
  if (found.length === 0 || found.includes(undefined))
    throw new FirebreakError('FB-USAGE', `${path} holds neither JSON nor JSON lines.`);
  return found;
}
