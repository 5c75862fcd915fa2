/** What playbooks and response events need of a station, the same for the server and for a command without one. */
import type { ExportForm, LedgerEntry, PlaybookRun, PlaybookWish } from '@firebreak/contract';
import { connectors } from '../connectors/index.ts';
import { loadSolver } from '../planning/hitting-set.ts';
import type { Executed } from '../playbooks/export-playbook.ts';
import { layOver } from '../playbooks/lay-over.ts';
import { detectionFinding, incidentFinding } from '../response-events/finding-events.ts';
import { ocsfEvents } from '../response-events/ocsf.ts';
import { stixBundle } from '../response-events/stix.ts';
import { caseDesk } from './case-desk.ts';
import { mustHaveField, type Station } from './station.ts';
import { version } from './version.ts';

/** A playbook laid over the estate as it is now. */
export async function layOverEstate(station: Station, wish: PlaybookWish, signal: AbortSignal): Promise<PlaybookRun> {
  const { holder, actions } = mustHaveField(station);
  const { graph } = await holder.collect(signal);
  return layOver(wish, { graph, actions, solver: await loadSolver(), now: station.clock.now() });
}

/** What a playbook is exported from. @throws FirebreakError FB-NOT-FOUND */
export async function playbookSource(station: Station, id: string): Promise<Executed> {
  const incident = await station.incidents.get(id);
  return {
    incident,
    plan: (digest) => station.incidents.plan(id, digest),
    entries: entriesOf(station, id),
  };
}

/** The response to an incident as OCSF events, a line each. */
export async function* responseEventLines(station: Station, id: string): AsyncGenerator<Uint8Array> {
  const actions = connectors.flatMap((connector) => connector.actions);
  for await (const event of ocsfEvents(entriesOf(station, id), { actions, version }))
    yield Buffer.from(`${JSON.stringify(event)}\n`);
}

/** Findings, detections and response of an incident as OCSF events, a line each; or all of it as one STIX bundle. */
export async function* exportLines(station: Station, id: string, as: ExportForm): AsyncGenerator<Uint8Array> {
  const desk = caseDesk(station);
  const incident = await desk.case(id);
  const line = (value: unknown) => Buffer.from(`${JSON.stringify(value)}\n`);
  if (as === 'stix') {
    yield line(stixBundle(incident));
    return;
  }
  yield line(incidentFinding(incident, incident.members, version));
  for (let after: string | undefined; ; ) {
    const page = await desk.detections({ incident: id, suppressed: 'shown' }, { limit: 500, after });
    for (const detection of page.detections) yield line(detectionFinding(detection, version));
    if (page.next === null) break;
    after = page.next;
  }
  yield* responseEventLines(station, id);
}

async function* entriesOf({ ledger }: Station, id: string): AsyncGenerator<LedgerEntry> {
  for await (const { entry } of ledger.entries(id)) yield entry;
}
