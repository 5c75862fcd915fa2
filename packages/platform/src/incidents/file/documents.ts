/** The documents of an incident file, from its story. The same story gives the same bytes. */
import { canonicalJson } from '../../kernel/canonical-json.ts';
import type { EvidenceDocument } from '../../ledger/evidence-export.ts';
import { approvalsOf } from './approvals.ts';
import { caseGraph } from './case-graph.ts';
import { reportOf } from './report.ts';
import { reportHtml } from './report-html.ts';
import { reportPdf } from './report-pdf.ts';
import { asOf, type IncidentStory } from './story.ts';

/** No document is longer than a blob may be; a timeline of 100,000 moments is a quarter of it. */
export async function incidentDocuments(story: IncidentStory): Promise<EvidenceDocument[]> {
  const { incident, moments, completeness, plan, planCheck, execution } = story;
  const about = { incident, asOf: asOf(story) };
  const report = reportOf(story);
  const documents = [
    json('timeline.json', { format: 'firebreak-timeline/1', ...about, completeness, moments }),
    json('approvals.json', { format: 'firebreak-approvals/1', ...about, approvals: approvalsOf(story) }),
    json('case.jsonld', caseGraph(story), 'application/ld+json'),
    { name: 'report.html', mediaType: 'text/html', bytes: Buffer.from(reportHtml(report)) },
    { name: 'report.pdf', mediaType: 'application/pdf', bytes: await reportPdf(report, new Date(asOf(story).at)) },
  ];
  if (plan !== null) {
    const { certificate, digest, verdict, cutCost, lowerBound, gap, assumptions } = plan;
    const of = { plan: digest, verdict, cutCost, lowerBound, gap, assumptions };
    documents.push(
      json('plan.json', plan),
      json('certificate.json', { format: 'firebreak-certificate/1', ...of, certificate, check: planCheck }),
    );
  }
  if (execution !== null)
    documents.push(json('response.json', { format: 'firebreak-response/1', ...about, execution }));
  return documents;
}

function json(name: string, value: unknown, mediaType = 'application/json'): EvidenceDocument {
  // What the store gave back may hold members that are undefined or no plain object; the answer over HTTP would not either.
  return { name, mediaType, bytes: Buffer.from(canonicalJson(JSON.parse(JSON.stringify(value)))) };
}
