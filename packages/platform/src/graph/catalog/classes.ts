/** Which asset class an entity is of, by its `spec.type` in the words that catalogs use, else by its kind. */
import type { AssetClass, CatalogEntity } from '@firebreak/contract';

const byType: Readonly<Record<string, AssetClass>> = {
  model: 'model',
  'ml-model': 'model',
  'ai-model': 'model',
  llm: 'model',
  'model-artifact': 'artifact',
  artifact: 'artifact',
  library: 'artifact',
  image: 'artifact',
  dataset: 'dataset',
  'data-product': 'dataset',
  database: 'dataset',
  bucket: 'dataset',
  's3-bucket': 'dataset',
  storage: 'dataset',
  'feature-store': 'feature-store',
  'vector-store': 'vector-store',
  'vector-database': 'vector-store',
  'inference-endpoint': 'endpoint',
  'model-endpoint': 'endpoint',
  endpoint: 'endpoint',
  'ai-service': 'endpoint',
  'vendor-service': 'endpoint',
  saas: 'endpoint',
  website: 'endpoint',
  'training-pipeline': 'pipeline',
  pipeline: 'pipeline',
  'data-pipeline': 'pipeline',
  agent: 'agent',
  'ai-agent': 'agent',
  assistant: 'agent',
  tool: 'tool',
  'mcp-server': 'tool',
  prompt: 'prompt',
  'prompt-template': 'prompt',
  'system-prompt': 'prompt',
  guardrail: 'guardrail',
  repository: 'repository',
  'update-channel': 'update-channel',
  registry: 'update-channel',
  'service-account': 'identity',
  identity: 'identity',
  'cloud-role': 'identity',
  credential: 'credential',
  'api-key': 'credential',
  token: 'credential',
  secret: 'credential',
  certificate: 'credential',
  service: 'workload',
  'batch-job': 'workload',
  vm: 'host',
  host: 'host',
  'gpu-server': 'host',
  'edge-device': 'host',
  cluster: 'control-plane',
  'cloud-account': 'control-plane',
};

const byKind: Readonly<Record<CatalogEntity['kind'], AssetClass>> = {
  Component: 'workload',
  Resource: 'inventory',
  API: 'endpoint',
  System: 'inventory',
  Domain: 'inventory',
  Group: 'inventory',
  User: 'inventory',
};

/** The class that the type says; undefined when it says none. */
export function classOfType(type: string | undefined): AssetClass | undefined {
  const key = (type ?? '').toLowerCase().replaceAll(/[\s_]+/g, '-');
  return Object.hasOwn(byType, key) ? byType[key] : undefined;
}

export function classOf({ kind, type }: CatalogEntity): AssetClass {
  return classOfType(type) ?? byKind[kind];
}
