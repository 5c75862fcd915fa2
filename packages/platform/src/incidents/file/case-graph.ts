/**
 * The incident as a graph in CASE 1.4 over UCO 1.4 (caseontology.org), JSON-LD: what other tools of investigation read. Acts
 * of the attacker and of systems are `uco-action:Action`, our own steps and people's decisions `InvestigativeAction`, each with
 * who performed it and what it touched; evidence is files with their digests, bound by a `ProvenanceRecord`.
 *
 * Identifiers follow from what they name (a digest in the form of a UUID, as CASE asks for), so that the same incident gives
 * the same graph.
 */
import type { Moment } from '@firebreak/contract';
import { sha256Hex } from '../../kernel/digest.ts';
import { visible } from './report.ts';
import { asOf, type IncidentStory } from './story.ts';

const context = {
  kb: 'https://firebreak.invalid/kb/',
  'case-investigation': 'https://ontology.caseontology.org/case/investigation/',
  'uco-action': 'https://ontology.unifiedcyberontology.org/uco/action/',
  'uco-core': 'https://ontology.unifiedcyberontology.org/uco/core/',
  'uco-identity': 'https://ontology.unifiedcyberontology.org/uco/identity/',
  'uco-observable': 'https://ontology.unifiedcyberontology.org/uco/observable/',
  'uco-tool': 'https://ontology.unifiedcyberontology.org/uco/tool/',
  'uco-types': 'https://ontology.unifiedcyberontology.org/uco/types/',
  xsd: 'http://www.w3.org/2001/XMLSchema#',
};

type Node = Readonly<Record<string, unknown>>;
interface Reference {
  readonly '@id': string;
}

export function caseGraph(story: IncidentStory): Node {
  const { incident, version, entries, origin, moments } = story;
  const graph = new Graph(incident.id);
  const tool = graph.add('tool', 'firebreak', {
    '@type': 'uco-tool:Tool',
    'uco-core:name': 'Firebreak',
    'uco-tool:version': version,
    'uco-tool:toolType': 'Incident response',
  });
  const files = filesOf(story).map(({ name, mediaType, sha256, size, at }) => ({
    at,
    file: graph.add('file', sha256, fileNode({ name, mediaType, sha256, size }, graph)),
  }));
  const acts = moments.map((moment) => graph.add('act', moment.id, actNode(moment, graph, tool)));
  const { at, index } = asOf(story);
  const record = graph.add('provenance', 'evidence', {
    '@type': 'case-investigation:ProvenanceRecord',
    'uco-core:name': 'Evidence of the incident',
    'uco-core:description': `Files that ${entries.length} entries of the log ${visible(origin)} name by their SHA-256.`,
    'case-investigation:exhibitNumber': incident.id,
    ...some('uco-core:object', unique(files.map(({ file }) => file))),
  });
  const collected = graph.add('act', 'collection', {
    '@type': 'case-investigation:InvestigativeAction',
    'uco-core:name': 'evidence.collected',
    'uco-core:description': `Recorded in the append-only log up to entry ${index ?? 'none'}.`,
    'uco-action:endTime': time(at),
    'uco-action:performer': graph.identity('Firebreak'),
    'uco-action:instrument': tool,
    ...some('uco-action:object', unique(files.map(({ file }) => file))),
    'uco-action:result': record,
  });
  graph.add('investigation', incident.id, {
    '@type': 'case-investigation:Investigation',
    'uco-core:name': visible(incident.title),
    'uco-core:description': visible(`${incident.state}. ${incident.note}`),
    'case-investigation:focus': 'incident response',
    'uco-core:object': [...acts, collected, record],
  });
  return { '@context': context, '@graph': graph.nodes() };
}

class Graph {
  readonly #incident: string;
  readonly #nodes = new Map<string, Node>();

  constructor(incident: string) {
    this.#incident = incident;
  }

  /** The node with this name; a second one of the same name is the same. */
  add(kind: string, name: string, content: Node): Reference {
    const id = this.idOf(kind, name);
    if (!this.#nodes.has(id)) this.#nodes.set(id, { '@id': id, ...content });
    return { '@id': id };
  }

  identity(name: string): Reference {
    return this.add('identity', name, { '@type': 'uco-identity:Identity', 'uco-core:name': visible(name) });
  }

  /** Something of the estate that was touched. */
  observable(id: string, name: string): Reference {
    return this.add('observable', id, {
      '@type': 'uco-observable:ObservableObject',
      'uco-core:name': visible(name),
      'uco-core:description': visible(id),
    });
  }

  idOf(kind: string, name: string): string {
    const hex = sha256Hex(JSON.stringify([this.#incident, kind, name]));
    const parts = [
      hex.slice(0, 8),
      hex.slice(8, 12),
      `5${hex.slice(13, 16)}`,
      `8${hex.slice(17, 20)}`,
      hex.slice(20, 32),
    ];
    return `kb:${kind}-${parts.join('-')}`;
  }

  nodes(): Node[] {
    return [...this.#nodes.values()];
  }
}

function actNode(moment: Moment, graph: Graph, tool: Reference): Node {
  const isOurs = moment.kind === 'response' || moment.kind === 'human' || moment.kind === 'detection';
  return {
    '@type': isOurs ? 'case-investigation:InvestigativeAction' : 'uco-action:Action',
    'uco-core:name': visible(moment.operation ?? moment.kind),
    'uco-core:description': visible(moment.words),
    'uco-action:startTime': time(moment.at),
    'uco-action:performer': graph.identity(moment.identity?.id ?? moment.actor),
    ...(isOurs ? { 'uco-action:instrument': tool } : {}),
    ...some('uco-action:object', unique(moment.targets.map(({ id, name }) => graph.observable(id, name)))),
  };
}

interface EvidenceBlob {
  readonly name: string;
  readonly mediaType: string;
  readonly sha256: string;
  readonly size: number;
}

/** Each blob once, as its first entry names it. */
function filesOf({ entries }: IncidentStory): (EvidenceBlob & { readonly at: string })[] {
  const files = new Map<string, EvidenceBlob & { readonly at: string }>();
  for (const { at, blobs } of entries) {
    for (const blob of blobs) if (!files.has(blob.sha256)) files.set(blob.sha256, { ...blob, at });
  }
  return [...files.values()];
}

function fileNode({ name, mediaType, sha256, size }: EvidenceBlob, graph: Graph): Node {
  const sizeInBytes = { '@type': 'xsd:integer', '@value': String(size) };
  return {
    '@type': 'uco-observable:File',
    'uco-core:name': visible(name),
    'uco-core:hasFacet': [
      {
        '@id': graph.idOf('facet-file', sha256),
        '@type': 'uco-observable:FileFacet',
        'uco-observable:fileName': visible(name),
        'uco-observable:sizeInBytes': sizeInBytes,
      },
      {
        '@id': graph.idOf('facet-content', sha256),
        '@type': 'uco-observable:ContentDataFacet',
        'uco-observable:mimeType': visible(mediaType),
        'uco-observable:sizeInBytes': sizeInBytes,
        'uco-observable:hash': {
          '@id': graph.idOf('hash', sha256),
          '@type': 'uco-types:Hash',
          'uco-types:hashMethod': 'SHA256',
          'uco-types:hashValue': { '@type': 'xsd:hexBinary', '@value': sha256.toUpperCase() },
        },
      },
    ],
  };
}

function time(at: string) {
  return { '@type': 'xsd:dateTime', '@value': at };
}

/** A property, unless there is nothing to say. */
function some(property: string, values: readonly Reference[]): Node {
  return values.length === 0 ? {} : { [property]: values };
}

function unique(references: readonly Reference[]): Reference[] {
  return [...new Map(references.map((each) => [each['@id'], each])).values()];
}
