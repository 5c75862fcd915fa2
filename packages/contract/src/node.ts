import { z } from 'zod';

/**
 * What an attacker can hold. A node's `kind` is the concrete thing in the words of its own system (a Kubernetes kind, or
 * one of ours where no object exists); its `class` is the asset class of the capability table, the same across systems.
 */
export const assetClasses = [
  'identity',
  'credential',
  'permission',
  'workload',
  'host',
  'volume',
  'endpoint',
  'update-channel',
  'pipeline',
  'artifact',
  'model',
  'dataset',
  'agent',
  'tool',
  'control-plane',
  'inventory',
] as const;
export type AssetClass = (typeof assetClasses)[number];

/**
 * `<system>:<Kind>/<namespace>/<name>`, or `<system>:<Kind>/<name>` for what has no namespace, for example
 * `kubernetes:ServiceAccount/ml-serving/predictor`, `kubernetes:Node/gpu-1`, `kubernetes:Container/ml-serving/predictor-0/server`,
 * `kubernetes:PermissionSet/ml-serving/deployer::deployer-binding`. A custom resource's kind carries its group:
 * `kubernetes:Application.argoproj.io/argocd/serving`. Stable across collections; never built from labels.
 */
export type NodeId = string;

export interface GraphNode {
  readonly id: NodeId;
  readonly kind: string;
  readonly class: AssetClass;
  readonly name: string;
  readonly namespace?: string;
  readonly labels?: Readonly<Record<string, string>>;
  /** The facts that say this node exists. Empty for nodes that are only named by others (a subject without an object). */
  readonly facts: readonly string[];
  /** Why losing this node ends the game (a crown jewel), absent for ordinary nodes. */
  readonly jewel?: string;
  /** Small display facts, such as image, type, replicas. Never a secret's value. */
  readonly detail?: Readonly<Record<string, string | number | boolean>>;
}

export const nodeRefSchema = z.object({ kind: z.string(), id: z.string(), name: z.string() });
export type NodeRef = z.infer<typeof nodeRefSchema>;

/** The short form of a node that every JSON answer uses. */
export function nodeRef(node: GraphNode): NodeRef {
  return { kind: node.kind, id: node.id, name: node.name };
}
