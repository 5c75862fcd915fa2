/** Docker Hub's API is on another host than the one that its images are named by. */
const hub = 'docker.io';
const hubApi = 'registry-1.docker.io';

/** The name of a host in image references. */
export function imageHost(host: string): string {
  return host === hubApi || host === 'index.docker.io' ? hub : host;
}
