/** Whether the run that made the data read only approved sources, as OpenLineage run events tell it. */
import { array, field, textAt } from '../../../intake/foreign.ts';
import { type DataCheck, notChecked } from '../check.ts';

const mostEvents = 10_000;
const named = (value: unknown) => `${textAt(value, 'namespace') ?? '?'} ${textAt(value, 'name') ?? '?'}`;

export default {
  id: 'lineage',
  title: 'Where it comes from',
  start: ({ lineage, policy: { lineage: approved } }) => ({
    judge() {
      if (approved === undefined) return notChecked('The policy approves no sources.');
      if (lineage === undefined) return notChecked('No run events were given.');
      const events = lineage.slice(0, mostEvents);
      const runs = events.filter((event) => textAt(event, 'eventType') === 'COMPLETE');
      if (runs.length === 0)
        return { verdict: 'hold', why: 'No run event says that a run was completed.', evidence: [] };
      const sources = new Map(approved.inputs.map(({ namespace, name, version }) => [`${namespace} ${name}`, version]));
      const jobs = approved.jobs?.map(({ namespace, name }) => `${namespace} ${name}`);
      const wrong: string[] = [];
      // What a run reads may also be told by the events before its last one.
      const ids = new Set(runs.map((event) => textAt(event, 'run', 'runId')));
      let inputs = 0;
      for (const event of events) {
        if (!ids.has(textAt(event, 'run', 'runId'))) continue;
        const job = named(field(event, 'job'));
        if (jobs !== undefined && !jobs.includes(job))
          wrong.push(`It was made by the job ${job}, which is not approved.`);
        for (const input of array(field(event, 'inputs'))) {
          inputs += 1;
          const source = named(input);
          const version = textAt(input, 'facets', 'version', 'datasetVersion');
          if (!sources.has(source)) wrong.push(`It is made from ${source}, which is not approved.`);
          else if (sources.get(source) !== undefined && sources.get(source) !== version)
            wrong.push(
              `It is made from version ${version ?? 'unknown'} of ${source}, not from ${sources.get(source)}.`,
            );
        }
      }
      const evidence = [...new Set(wrong)].slice(0, 100).map((what) => ({ what, rows: 0, examples: [] }));
      if (evidence.length > 0)
        return { verdict: 'fail', why: `${evidence.length} sources or jobs are not approved.`, evidence };
      if (inputs === 0)
        return { verdict: 'hold', why: 'The run names no inputs, so nothing says where it comes from.', evidence };
      return { verdict: 'pass', why: `${inputs} inputs of ${runs.length} runs are approved.`, evidence };
    },
  }),
} satisfies DataCheck;
