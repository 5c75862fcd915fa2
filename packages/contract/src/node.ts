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
  'feature-store',
  'vector-store',
  'repository',
  'agent',
  'tool',
  'prompt',
  'guardrail',
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
  /** What its owner says about it; a catalogue may say it of nodes that another connector found. */
  readonly about?: AssetNotes;
  /** What is known of it as a machine identity or credential. */
  readonly tenure?: Tenure;
  /** Small display facts, such as image, type, replicas. Never a secret's value. */
  readonly detail?: Readonly<Record<string, string | number | boolean>>;
}

/** What people say about an asset (A1, A7, A8): from tags, annotations and catalogues. All of it foreign text. */
export interface AssetNotes {
  readonly owner?: string;
  /** The product or system that it belongs to. */
  readonly system?: string;
  readonly sla?: string;
  readonly sensitivity?: string;
  readonly retention?: string;
  readonly permittedUse?: readonly string[];
  readonly hosting?: 'saas' | 'cloud' | 'hybrid' | 'on-prem' | 'edge';
  /** Who runs it for us, where that is not ourselves. */
  readonly vendor?: string;
  /** What the contract obliges the vendor to, in words by topic: `notification: 72 h`, `evidence: logs on request`. */
  readonly duties?: Readonly<Record<string, string>>;
  readonly tags?: Readonly<Record<string, string>>;
  /** What its loss costs the business, 0 to 10. */
  readonly impact?: number;
}

/** How long an identity or credential has been there, how long it will be, and whether anybody needs it (A2). Times are ISO 8601. */
export interface Tenure {
  readonly lifetime?: 'static' | 'short-lived';
  readonly access?: 'standing' | 'just-in-time';
  readonly created?: string;
  readonly expires?: string;
  /** `never` only where the system keeps record of use and there is none. */
  readonly lastUsed?: string;
}

export const nodeRefSchema = z.object({ kind: z.string(), id: z.string(), name: z.string() });
export type NodeRef = z.infer<typeof nodeRefSchema>;

/** The short form of a node that every JSON answer uses. */
export function nodeRef(node: GraphNode): NodeRef {
  return { kind: node.kind, id: node.id, name: node.name };
}
