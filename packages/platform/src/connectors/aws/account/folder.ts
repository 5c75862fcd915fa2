/**
 * A folder of what the AWS command line answered, one answer a file:
 *
 *     [<region>/]<service>/<operation>[/<argument>…].json      eu-west-1/lambda/get-policy/scorer.json
 *
 * by the names that the command line itself has (`s3api`, `list-buckets`), arguments percent-encoded where a file name
 * cannot hold them. Answers of services without regions lie at the top; regions are the folders that hold services.
 *
 * What must stay true: where nobody asked an operation at all (no file and no folder of it) the answer is `unread`, a gap;
 * where its folder exists but not the file of this argument, the thing has none: the command line prints no answer then.
 */
import { lstat, readdir, readFile, realpath, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { printable, record, textAt } from '../../../intake/foreign.ts';
import { codeOf } from '../../../intake/walk.ts';
import { nestsWithin } from '../policy-text.ts';
import { type Answer, type Calls, commandName, type Failure, type Question, services } from './calls.ts';

const serviceNames = new Set(Object.keys(services));
const maxDepth = 64;
const regionName = /^[a-z]{2}(-[a-z]+)+-\d{1,2}$/;
/** Folders of one folder that are looked at for being a region. */
const maxRegions = 100;

/** Whether a folder is of this form: a service's folder in it, or in one of its folders. */
export async function isAnswerFolder(path: string): Promise<boolean> {
  return (await hasServices(path)) || (await regionsOf(path)).length > 0;
}

export async function openFolder(path: string, maxFileBytes: number): Promise<Calls> {
  const root = await realpath(path);
  const regions = await regionsOf(root);
  const only = regions.length === 0 ? await regionToldIn(root) : undefined;

  async function ask({ service, operation, region, about, pages }: Question, signal: AbortSignal): Promise<Answer> {
    signal.throwIfAborted();
    const below = [service, commandName(operation)];
    // People who look at one region keep everything at the top.
    const places = region === undefined || regions.length === 0 ? [[], ...regions.map((each) => [each])] : [[region]];
    let locator = '';
    for (const place of places) {
      const folder = [...place, ...below].join('/');
      const file = `${[folder, ...about.map(fileName)].join('/')}.json`;
      locator = file;
      const answer = await read(file);
      if (answer !== undefined) return firstPage(answer, pages !== undefined);
      if (about.length > 0 && (await isFolder(join(root, folder))))
        return { ok: false, locator, failure: 'absent', reason: 'there is no such thing.' };
    }
    return { ok: false, locator, failure: 'unread', reason: 'there is no such file.' };
  }

  async function read(file: string): Promise<Answer | undefined> {
    const invalid = (reason: string): Answer => ({ ok: false, locator: printable(file), failure: 'invalid', reason });
    try {
      const full = await realpath(join(root, file));
      if (!full.startsWith(root + sep)) return invalid('it is a link out of the folder.');
      const found = await stat(full);
      if (!found.isFile()) return invalid('it is not a regular file.');
      if (found.size > maxFileBytes)
        return {
          ok: false,
          locator: printable(file),
          failure: 'too-large',
          reason: `it has more than ${maxFileBytes} bytes.`,
        };
      const value: unknown = JSON.parse((await readFile(full, 'utf8')).replace(/^\uFEFF/, ''));
      const answer = record(value);
      if (answer === undefined || !nestsWithin(answer, maxDepth))
        return invalid('it is not an answer of the command line.');
      return { ok: true, value: answer, locator: printable(file) };
    } catch (error) {
      if (error instanceof SyntaxError) return invalid('it is not one JSON value.');
      if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return undefined;
      return invalid(`it cannot be read (${codeOf(error)}).`);
    }
  }

  return {
    address: path,
    regions: only === undefined ? regions : [only],
    ask,
    parts: (list) => (list.length === 0 ? [] : [list]),
    close: () => {},
  };
}

/** Not every operation is one of those whose pages the command line joins, and people cut the others short. */
function firstPage(answer: Answer, enough: boolean): Answer {
  if (!answer.ok || (answer.value.IsTruncated !== true && textAt(answer.value, 'NextToken') === undefined))
    return answer;
  const cut: Failure = enough
    ? { failure: 'enough', reason: 'there is more than this answer has.' }
    : { failure: 'unread', reason: 'it is the first part of an answer, and the rest is not there.' };
  return { ...answer, cut };
}

/** A name as a file name: percent-encoded, and never `.` or `..`. */
export function fileName(argument: string): string {
  return encodeURIComponent(argument).replace(/^\.+$/, (dots) => dots.replaceAll('.', '%2E'));
}

async function regionsOf(path: string): Promise<readonly string[]> {
  const regions: string[] = [];
  for (const name of await foldersIn(path))
    if (regionName.test(name) && (await hasServices(join(path, name)))) regions.push(name);
  return regions;
}

/** Bytes that are looked through for a region. */
const maxLook = 16 * 1024 * 1024;

/** The region that all ARNs in a folder without regions agree on. Some answers name their things without an ARN. */
async function regionToldIn(root: string): Promise<string | undefined> {
  const found = new Set<string>();
  let left = maxLook;
  for (const service of await foldersIn(root)) {
    if (!serviceNames.has(service)) continue;
    for (const name of (await readdir(join(root, service))).filter((each) => each.endsWith('.json')).sort()) {
      const file = join(root, service, name);
      const size = (await lstat(file)).isFile() ? (await stat(file)).size : left + 1;
      if (size > left) continue;
      left -= size;
      const written = await readFile(file, 'utf8').catch(() => '');
      for (const [, region = ''] of written.matchAll(
        /\barn:aws[a-z-]{0,20}:[a-z0-9-]{1,40}:([a-z0-9-]{1,40}):\d{12}:/g,
      ))
        if (regionName.test(region)) found.add(region);
    }
  }
  const [first, ...others] = found;
  return others.length === 0 ? first : undefined;
}

async function hasServices(path: string): Promise<boolean> {
  return (await foldersIn(path)).some((name) => serviceNames.has(name));
}

async function foldersIn(path: string): Promise<readonly string[]> {
  const entries = await readdir(path, { withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
    .map(({ name }) => name)
    .sort()
    .slice(0, maxRegions);
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}
