/**
 * What a proxy with a database answers of keys, teams and users. Only fields of its OpenAPI description, which
 * live.integration.test.ts holds these objects against.
 */
import { createHash } from 'node:crypto';

export const tokenOf = (name: string) => createHash('sha256').update(name).digest('hex');

export function key(name: string, more: object = {}) {
  return {
    token: tokenOf(name),
    key_name: 'sk-...ab12',
    key_alias: name,
    user_id: 'u',
    team_id: 't',
    models: ['assistant'],
    max_budget: 10,
    spend: 1.5,
    budget_duration: '30d',
    tpm_limit: 1000,
    rpm_limit: 10,
    expires: '2027-01-01T00:00:00Z',
    created_at: '2026-01-01T00:00:00Z',
    last_active: '2026-11-01T00:00:00Z',
    blocked: false,
    allowed_routes: ['llm_api_routes'],
    auto_rotate: true,
    metadata: { note: 'hunter2' },
    object_permission: {
      mcp_servers: ['tracker'],
      mcp_access_groups: ['production'],
      mcp_tool_permissions: { tracker: ['search_issues'] },
    },
    ...more,
  };
}

export function team(id: string) {
  return {
    team_id: id,
    team_alias: 'search',
    models: ['assistant', 'summary'],
    members_with_roles: [
      { user_id: 'u', role: 'admin' },
      { user_email: 'ann@example.com', role: 'user' },
    ],
    max_budget: 100,
    spend: 2,
    blocked: false,
    metadata: { note: 'hunter2' },
  };
}

export function user(id: string) {
  return { user_id: id, user_alias: 'Ann', user_role: 'proxy_admin', teams: ['t'], models: [], spend: 0 };
}
