/**
 * AWS's API through its own SDK, one client a service and region, loaded when first asked. What must stay true:
 *
 * - pages, items, bytes of one answer, tries and time are bounded, whoever is at the other end;
 * - when our credential is no longer accepted nothing more is asked: every later question answers `expired` at once;
 * - a service that keeps throttling after the SDK's own patience is left alone for the rest of the reading;
 * - errors are told apart by their name and status, and what they say is not repeated.
 */
import { FirebreakError } from '@firebreak/contract';
import { type Foreign, printable, record, text } from '../../../intake/foreign.ts';
import { type Answer, type Calls, type Failure, type Question, type Service, services } from './calls.ts';
import { defaultLimits, type LiveOptions, openClient, type SdkClient, type SdkModule } from './client.ts';
import { failureOf } from './failure.ts';

/** @throws FirebreakError FB-USAGE when no region is known. */
export async function openLive(options: LiveOptions): Promise<Calls> {
  const limits = { ...defaultLimits, ...options.limits };
  const clients = new Map<string, Promise<{ client: SdkClient; module: SdkModule }>>();
  const tired = new Set<string>();
  let expired: Failure | undefined;

  const clientOf = (service: Service, region: string | undefined) => {
    const key = `${service} ${region ?? ''}`;
    let opened = clients.get(key);
    if (opened === undefined) {
      opened = openClient(service, region, options, limits);
      clients.set(key, opened);
    }
    return opened;
  };

  const home = await homeRegion(await clientOf('sts', options.regions[0]));

  async function ask(question: Question, signal: AbortSignal): Promise<Answer> {
    const { service, operation } = question;
    const region = question.region ?? home;
    const locator = `${service}/${region}/${operation}`;
    if (expired !== undefined) return { ok: false, locator, ...expired };
    if (tired.has(`${service} ${region}`))
      return { ok: false, locator, failure: 'throttled', reason: 'it was throttled before.' };
    try {
      const { client, module } = await clientOf(service, region);
      const { value, stopped } = await pages(client, module, question, signal);
      if (stopped === undefined) return { ok: true, locator, value };
      const cut = 'failure' in stopped ? stopped : await judged(stopped.error, service, region, signal);
      return { ok: true, locator, value, cut };
    } catch (error) {
      signal.throwIfAborted();
      return { ok: false, locator, ...(await judged(error, service, region, signal)) };
    }
  }

  /** How it ended, and what that means for the questions that follow. */
  async function judged(error: unknown, service: Service, region: string, signal: AbortSignal): Promise<Failure> {
    const failure = failureOf(error);
    if (failure.failure === 'throttled') tired.add(`${service} ${region}`);
    // A region that we may not use refuses a credential that is good elsewhere.
    if (failure.failure === 'expired' && service !== 'sts' && (await stillKnown(signal)))
      return { failure: 'denied', reason: 'the service does not accept our credential here.' };
    if (failure.failure === 'expired') expired = failure;
    return failure;
  }

  async function stillKnown(signal: AbortSignal): Promise<boolean> {
    const { client, module } = await clientOf('sts', home);
    const question = { service: 'sts', operation: 'GetCallerIdentity', region: home, input: {}, about: [] } as const;
    return pages(client, module, question, signal).then(
      () => true,
      () => false,
    );
  }

  /** All pages of an answer as one: lists are joined, of everything else the first page counts. A later page may fail. */
  async function pages(
    client: SdkClient,
    module: SdkModule,
    question: Question,
    signal: AbortSignal,
  ): Promise<{ readonly value: Foreign; readonly stopped?: Failure | { readonly error: unknown } }> {
    const Command = module[`${question.operation}Command`] as new (input: unknown) => unknown;
    const [sent, received] = services[question.service].token;
    const whole: Record<string, unknown> = {};
    const seen = new Set<string>();
    let token: string | undefined;
    let items = 0;
    for (let page = 0; ; page += 1) {
      const input = { ...question.input, ...(token === undefined ? {} : { [sent]: token }) };
      let answer: Foreign;
      try {
        answer = plain(await client.send(new Command(input), { abortSignal: signal }));
      } catch (error) {
        if (page === 0 || signal.aborted) throw error;
        return { value: whole, stopped: { error } };
      }
      items += join(whole, answer);
      token = text(answer[received]);
      if (token === undefined || token === '') return { value: whole };
      const stopped = whyStop(token, page + 1, items, question, seen);
      if (stopped !== undefined) return { value: whole, stopped };
      seen.add(token);
    }
  }

  function whyStop(
    token: string,
    page: number,
    items: number,
    question: Question,
    seen: ReadonlySet<string>,
  ): Failure | undefined {
    if (seen.has(token)) return { failure: 'endless', reason: 'the listing begins again and again.' };
    if (page >= limits.maxPages || items >= limits.maxItems)
      return { failure: 'endless', reason: `it does not end after ${page} pages.` };
    if (page >= (question.pages ?? Number.POSITIVE_INFINITY))
      return { failure: 'enough', reason: `there is more than the first ${items}, which were read.` };
    return undefined;
  }

  return {
    address: `${options.endpoint ?? 'AWS'}${options.profile === undefined ? '' : `, profile ${printable(options.profile)}`}`,
    regions: options.regions.length === 0 ? [home] : options.regions,
    ask,
    parts: (list, size) => {
      const parts = [];
      for (let at = 0; at < list.length; at += size) parts.push(list.slice(at, at + size));
      return parts;
    },
    close: () => {
      for (const opened of clients.values()) void opened.then(({ client }) => client.destroy());
      clients.clear();
    },
  };
}

async function homeRegion({ client }: { readonly client: SdkClient }): Promise<string> {
  const region = await client.config.region().catch(() => undefined);
  if (region !== undefined) return region;
  throw new FirebreakError('FB-USAGE', 'aws: no region is configured: set AWS_REGION or give regions=….');
}

/** Adds a page to what came before. Answers how many items it brought. */
export function join(whole: Record<string, unknown>, page: Foreign): number {
  let items = 0;
  for (const [key, value] of Object.entries(page)) {
    if (Array.isArray(value)) {
      items += value.length;
      const known = whole[key];
      if (Array.isArray(known)) for (const item of value) known.push(item);
      else whole[key] = value;
    } else if (!Object.hasOwn(whole, key)) whole[key] = value;
  }
  return items;
}

/** As the command line prints it: dates in ISO 8601, nothing about the exchange itself. */
export function plain(answer: unknown): Foreign {
  const written = JSON.stringify(answer, function (this: Foreign, key, value) {
    if (key === '$metadata') return undefined;
    const original = this[key];
    return original instanceof Date ? original.toISOString().replace(/\.000Z$/, '+00:00') : value;
  });
  return record(JSON.parse(written)) ?? {};
}
