/**
 * All detectors of events with what each needs: those of ours, and the rules. A rule names a log source in Sigma's words; which formats
 * of events these are is told by their names, and by what the newest events are recognised as.
 */
import { fileURLToPath } from 'node:url';
import type { SeenEvent } from '@firebreak/contract';
import { readLogSources, readRuleFolder } from '../cli/rule-folder.ts';
import { readRules } from '../detection/sigma/language/read-rules.ts';
import type { CorrelationRule, DetectionRule } from '../detection/sigma/language/rule.ts';
import { type EventSource, placeholdersOf } from '../detection/sigma/sources/log-source.ts';
import { recogniserOf } from '../detection/sigma/sources/recognise.ts';
import { fits } from '../detection/sigma/sources/rewrite.ts';
import { streamDetectors } from '../detection/stream/index.ts';
import { standingOf } from '../detection/watch.ts';
import { eventFormats } from '../events/formats/index.ts';
import type { KnownDetector } from '../investigation/cases/quality.ts';

const shipped = fileURLToPath(new URL('../../../../content/rules', import.meta.url));

/** @param own folders of rules beside those that come along; @param newest events to recognise sources by */
export async function knownDetectors(
  own: readonly string[],
  newest: readonly SeenEvent[],
  signal: AbortSignal,
): Promise<readonly KnownDetector[]> {
  const sources = await readLogSources(undefined, signal);
  const formats = formatsOf(sources, newest);
  const files = (await Promise.all([shipped, ...own].map((folder) => readRuleFolder(folder, signal)))).flatMap(
    ({ rules }) => rules,
  );
  const all = files.flatMap((file) => readRules(file, placeholdersOf(sources)).rules);
  const rules = all.filter((rule) => rule.kind === 'rule');
  const correlations = all.filter((rule) => rule.kind === 'correlation');
  const byName = new Map<string, DetectionRule>();
  for (const rule of rules) for (const name of [rule.id, rule.name]) if (name !== undefined) byName.set(name, rule);
  const needsOf = (rule: DetectionRule) =>
    sources.filter(({ logsource }) => fits(rule.logsource, logsource)).flatMap(({ id }) => formats.get(id) ?? [id]);
  const known = (rule: DetectionRule | CorrelationRule, needs: readonly string[]): KnownDetector => ({
    id: `sigma/${rule.id}`,
    title: rule.title,
    ...standingOf(rule),
    needs: [...new Set(needs)].sort(),
  });
  return [
    ...streamDetectors.map(({ id, title, status, severity, needs }) => ({ id, title, status, severity, needs })),
    ...rules.map((rule) => known(rule, needsOf(rule))),
    ...correlations.map((rule) => known(rule, rule.rules.flatMap((name) => byName.get(name) ?? []).flatMap(needsOf))),
  ];
}

/** By source, the formats that its events have. */
function formatsOf(sources: readonly EventSource[], newest: readonly SeenEvent[]): ReadonlyMap<string, string[]> {
  const found = new Map<string, Set<string>>();
  const add = (source: string, format: string) => found.set(source, (found.get(source) ?? new Set()).add(format));
  for (const { id } of sources)
    for (const { id: format } of eventFormats)
      if (id === format || id.startsWith(`${format}-`) || id.endsWith(`-${format}`)) add(id, format);
  const recognise = recogniserOf(sources);
  for (const { event, raw } of newest) {
    const source = typeof raw === 'object' && raw !== null ? recognise(raw) : undefined;
    if (source !== undefined) add(source.id, event.source.format);
  }
  return new Map([...found].map(([source, formats]) => [source, [...formats]]));
}
