/**
 * `server.json` of the MCP registry: how a server is fetched and run, which variables it wants, and where its source is.
 * Reference: github.com/modelcontextprotocol/registry, server.schema.json.
 */
import { array, at, field, textAt } from '../../../intake/foreign.ts';
import { openAddress } from '../../../intake/open-address.ts';
import { mcpServerId } from '../place.ts';
import type { Form } from './form.ts';
import { names } from './mcp-clients.ts';

const registries = { npm: 'npm', pypi: 'pypi', oci: 'oci' } as const;

export const serverManifest: Form = {
  name: 'MCP registry manifest',
  read(value, place, draft) {
    const name = textAt(value, 'name');
    const packages = array(field(value, 'packages'));
    const remotes = array(field(value, 'remotes'));
    const isManifest = /^[\w.-]+\/[\w.-]+$/.test(name ?? '') && packages.length + remotes.length > 0;
    if (name === undefined || !isManifest) return false;
    const repository = openAddress(textAt(value, 'repository', 'url') ?? '')?.address;
    const [version] = names([textAt(value, 'version')]);
    for (const each of draft.upTo(50, packages, place)) {
      const type = textAt(each, 'registryType') ?? textAt(each, 'registry_type') ?? textAt(each, 'registry_name');
      const registry = Object.hasOwn(registries, type ?? '') ? registries[type as keyof typeof registries] : undefined;
      const [identifier] = names([textAt(each, 'identifier') ?? textAt(each, 'name')]);
      if (registry === undefined || identifier === undefined) continue;
      const [written] = names([textAt(each, 'version')]);
      const id = mcpServerId(place, name, undefined);
      const wanted = array(field(each, 'environmentVariables') ?? field(each, 'environment_variables'));
      const secrets = wanted.filter(
        (variable) => field(variable, 'isSecret') === true || field(variable, 'is_secret') === true,
      );
      const credentials = names(secrets.map((variable) => textAt(variable, 'name'))).map((variable) => {
        const credential = `agent:Credential/${id.slice('agent:McpServer/'.length)}/${variable}`;
        const data = {
          holder: id,
          name: variable,
          place: 'environment',
          inFile: false,
          from: `env:${variable}`,
          marks: [],
        };
        draft.fact(credential, 'agent.credential', place, data);
        return credential;
      });
      draft.fact(id, 'agent.mcp-server', place, {
        name,
        transport: transportOf(textAt(each, 'transport', 'type')),
        launch: {
          command: textAt(each, 'runtimeHint') ?? registry,
          package: {
            registry,
            name: identifier,
            version: written,
            pinned: written !== undefined && written !== 'latest',
          },
        },
        credentials,
        targets: [],
        listed: false,
        version,
        repository,
      });
    }
    for (const remote of draft.upTo(50, remotes, place)) {
      const address = openAddress(textAt(remote, 'url') ?? '')?.address;
      if (address === undefined) continue;
      draft.fact(mcpServerId(place, name, address), 'agent.mcp-server', place, {
        name,
        transport: transportOf(textAt(remote, 'type') ?? textAt(at(remote, 'transport'), 'type')),
        address,
        credentials: [],
        targets: [],
        listed: false,
        version,
        repository,
      });
    }
    return true;
  },
};

function transportOf(type: string | undefined): 'stdio' | 'http' | 'sse' | 'unknown' {
  if (type === 'streamable-http' || type === 'http') return 'http';
  return type === 'stdio' || type === 'sse' ? type : 'unknown';
}
