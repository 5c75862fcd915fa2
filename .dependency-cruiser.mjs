/**
 * The import order of the architecture (docs/architecture.md), as rules. `check:boundaries` also asserts that a floor of
 * modules was read and that the seeded violation in checks/seeded-violation is found: a gate that checked nothing must
 * not pass.
 */
const order = [
  'kernel',
  'ledger',
  'intake',
  'facts',
  'graph',
  'inventory',
  'events',
  'detection',
  'artifacts',
  'investigation',
  'planning',
  'evidence',
  'promotion',
  'execution',
  'recovery',
  'incidents',
  'response-events',
  'playbooks',
];
const platform = '^packages/platform/src';
const tests = '\\.(test|case)\\.ts$|-conformance\\.ts$';

/** Each layer may import itself and the layers before it. */
const layers = order.map((layer, index) => ({
  name: `layer-${layer}`,
  comment: `${layer} may import only ${order.slice(0, index + 1).join(', ')} and the contract`,
  severity: 'error',
  from: { path: `${platform}/${layer}/`, pathNot: tests },
  to: {
    path: `${platform}/`,
    // Rules are foreign text as well: the detection layer reads them with the bounded readers.
    pathNot: `${platform}/(${[...order.slice(0, index + 1), ...(layer === 'detection' ? ['intake'] : [])].join('|')})/`,
  },
}));

export default {
  forbidden: [
    ...layers,
    {
      name: 'contract-stands-alone',
      comment: 'the contract imports zod and itself',
      severity: 'error',
      from: { path: '^packages/contract/src', pathNot: `${tests}|^packages/contract/src/testing/` },
      to: { pathNot: '^packages/contract/src|node_modules/zod/' },
    },
    {
      name: 'connector-stands-alone',
      comment:
        'a connector imports the contract, its own folder, the bounded readers of intake/, the levers of exchange/ and npm',
      severity: 'error',
      from: { path: `${platform}/connectors/([^/]+)/`, pathNot: tests },
      to: { path: `${platform}/`, pathNot: `${platform}/(connectors/$1|intake|exchange)/` },
    },
    {
      name: 'exchange-knows-no-system',
      comment: 'changing a system carefully is the same for all of them',
      severity: 'error',
      from: { path: `${platform}/exchange/`, pathNot: tests },
      to: { path: `${platform}/`, pathNot: `${platform}/(exchange|intake)/` },
    },
    {
      name: 'intake-stands-alone',
      comment: 'reading foreign bytes within bounds knows no system',
      severity: 'error',
      from: { path: `${platform}/intake/`, pathNot: tests },
      to: { path: `${platform}/`, pathNot: `${platform}/intake/` },
    },
    {
      name: 'only-events-are-foreign',
      comment:
        'facts are parsed before they come here; of the later stations only those that read logs read foreign values',
      severity: 'error',
      from: { path: `${platform}/(facts|graph|inventory|planning|execution|recovery|incidents)/`, pathNot: tests },
      to: { path: `${platform}/intake/` },
    },
    {
      name: 'only-compose-knows-connectors',
      comment: 'connectors are named in app/ alone',
      severity: 'error',
      from: { path: `${platform}/`, pathNot: `${platform}/(app|connectors)/|${tests}` },
      to: { path: `${platform}/connectors/` },
    },
    {
      name: 'faces-are-not-imported',
      comment: 'nothing but app imports http, cli or app',
      severity: 'error',
      from: { path: `${platform}/`, pathNot: `${platform}/(http|cli|app)/|${tests}` },
      to: { path: `${platform}/(http|cli|app)/` },
    },
    {
      name: 'console-sees-the-contract-only',
      comment: 'browser code meets the platform over HTTP',
      severity: 'error',
      from: { path: '^packages/console/src' },
      to: { path: '^packages/platform' },
    },
    {
      name: 'verifier-sees-the-verifying-code',
      comment: 'the page without a server is the ledger’s verifier and nothing else of the platform',
      severity: 'error',
      from: { path: '^packages/verifier/src' },
      to: { path: '^packages/platform/src/(?!ledger/|kernel/)|^packages/console' },
    },
    {
      name: 'graph-and-planning-are-pure',
      comment: 'no clock, no I/O: an incident replays from an export',
      severity: 'error',
      from: {
        path: `${platform}/(graph|inventory|detection|investigation|planning)/`,
        pathNot: `${tests}|/index\\.ts$|/docs/|/graph/discover\\.ts$`,
      },
      to: { dependencyTypes: ['core'], pathNot: '^(node:)?crypto$' },
    },
    {
      name: 'no-circular',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    { name: 'not-to-unresolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)dist/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: new URL('./tsconfig.json', import.meta.url).pathname },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['source', 'import', 'node', 'default'],
      extensions: ['.ts', '.tsx', '.js', '.mjs', '.json'],
    },
  },
};
