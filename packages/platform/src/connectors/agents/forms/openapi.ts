/**
 * An OpenAPI description that is given to an agent as tools: each operation is one. Taken only where the file says that it is
 * for an agent (`ai-plugin.json` beside it, a folder or file called tools, actions or plugin), or where it is the source itself: a
 * service's description is no tool by being there.
 */
import { array, field, record, textAt } from '../../../intake/foreign.ts';
import { openAddress } from '../../../intake/open-address.ts';
import { mcpServerId } from '../place.ts';
import type { Form } from './form.ts';
import { names } from './mcp-clients.ts';

const reading = new Set(['get', 'head', 'options']);
const methods = new Set([...reading, 'put', 'post', 'patch', 'delete']);
const place4tools = /(^|[/._-])(tools?|actions?|plugins?|agents?)([/._-]|$)/i;

export const openApiTools: Form = {
  name: 'OpenAPI tools',
  read(value, place, draft) {
    const paths = record(field(value, 'paths'));
    const isOpenApi = /^3\./.test(textAt(value, 'openapi') ?? '') || textAt(value, 'swagger') === '2.0';
    if (!isOpenApi || paths === undefined || !(place4tools.test(place.path) || !place.path.includes('/'))) return false;
    const address = openAddress(textAt(array(field(value, 'servers'))[0], 'url') ?? '')?.address;
    const [title = 'openapi'] = names([textAt(value, 'info', 'title')]);
    const id = mcpServerId(place, title, address);
    const schemes = record(field(field(value, 'components'), 'securitySchemes')) ?? {};
    const credentials = names(Object.keys(schemes)).map((scheme) => {
      const credential = `agent:Credential/${id.slice('agent:McpServer/'.length)}/${scheme}`;
      const data = { holder: id, name: scheme, place: 'header', inFile: false, marks: [] };
      draft.fact(credential, 'agent.credential', place, data);
      return credential;
    });
    const data = { name: title, transport: 'http', address, credentials, targets: [], listed: true };
    draft.fact(id, 'agent.mcp-server', place, data);
    for (const [path, item] of draft.upTo(2000, Object.entries(paths), place))
      for (const [method, operation] of Object.entries(record(item) ?? {})) {
        if (!methods.has(method)) continue;
        const [name] = names([textAt(operation, 'operationId') ?? `${method} ${path}`]);
        if (name === undefined) continue;
        const [summary] = names([textAt(operation, 'summary')]);
        draft.tool(id, place, {
          name,
          title: summary,
          readOnly: reading.has(method),
          destructive: method === 'delete',
          openWorld: undefined,
        });
      }
    return true;
  },
};
