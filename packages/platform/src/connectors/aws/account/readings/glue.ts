import { at, textAt } from '../../../../intake/foreign.ts';
import type { Reading } from '../desk.ts';

export default {
  service: 'glue',
  where: 'region',
  kinds: ['aws.glue-job', 'aws.glue-dev-endpoint'],
  operations: { GetJobs: 'glue:GetJobs', GetDevEndpoints: 'glue:GetDevEndpoints' },
  async *read(desk) {
    const jobs = await desk.list('GetJobs', 'Jobs');
    for (const job of jobs.items) {
      const Arn = desk.arn('glue', `job/${textAt(job, 'Name') ?? ''}`);
      const data = { Arn, Name: job.Name, Role: job.Role, ScriptLocation: at(job, 'Command', 'ScriptLocation') };
      yield desk.fact('aws.glue-job', Arn, data, jobs.locator);
    }
    const endpoints = await desk.list('GetDevEndpoints', 'DevEndpoints');
    for (const endpoint of endpoints.items) {
      const Arn = desk.arn('glue', `devEndpoint/${textAt(endpoint, 'EndpointName') ?? ''}`);
      yield desk.fact('aws.glue-dev-endpoint', Arn, { ...endpoint, Arn }, endpoints.locator);
    }
  },
} satisfies Reading;
