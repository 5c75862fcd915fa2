import type { Asset } from '@firebreak/contract/answers/inventory';
import { Empty } from '../../ui/empty.tsx';
import { ForeignText } from '../../ui/foreign-text.tsx';
import { type Column, LongTable } from '../../ui/long-table.tsx';
import { NodeLink } from '../../ui/node-link.tsx';
import { Tag } from '../../ui/tag.tsx';
import { systemOf } from './facet-counts.ts';

const columns: readonly Column<Asset>[] = [
  { title: 'Node', cell: (node) => <NodeLink node={node} most={56} />, compare: by((node) => node.name) },
  {
    title: 'Namespace or account',
    width: '164px',
    cell: (node) => node.namespace !== undefined && <ForeignText text={node.namespace} most={30} />,
    compare: by((node) => node.namespace),
  },
  { title: 'Class', width: '120px', cell: (node) => node.class, compare: by((node) => node.class) },
  { title: 'System', width: '104px', cell: (node) => <ForeignText text={systemOf(node)} />, compare: by(systemOf) },
  {
    title: 'Owner',
    width: '13%',
    cell: (node) => node.about?.owner !== undefined && <ForeignText text={node.about.owner} most={30} />,
    compare: by((node) => node.about?.owner),
  },
  {
    title: 'Why it matters',
    width: '21%',
    cell: (node) =>
      node.jewel !== undefined && (
        <>
          <Tag tone="jewel">crown jewel</Tag> <ForeignText text={node.jewel} most={48} />
        </>
      ),
    compare: by((node) => node.jewel),
  },
];

interface AssetTableProps {
  readonly nodes: readonly Asset[];
  readonly stale: boolean;
  /** Whether anything but everything was asked for. */
  readonly searched: boolean;
}

export function AssetTable({ nodes, stale, searched }: AssetTableProps) {
  return (
    <LongTable
      label="Nodes found"
      rows={nodes}
      idOf={(node) => node.id}
      columns={columns}
      stale={stale}
      empty={
        searched ? (
          <Empty title="Nothing is like this.">
            Take away a word or a facet. Names are matched as they are written; <code>*</code> stands for anything.
          </Empty>
        ) : (
          <Empty title="Nothing has been read.">
            Start Firebreak with a source, for example <code>--from kubernetes:</code> or a folder of manifests, and
            press “Read again” under “What was read”.
          </Empty>
        )
      }
    />
  );
}

/** Texts in their order; those without one last. */
function by(text: (node: Asset) => string | undefined): (a: Asset, b: Asset) => number {
  return (a, b) => {
    const [one, other] = [text(a), text(b)];
    if (one === undefined || other === undefined) return one === other ? 0 : one === undefined ? 1 : -1;
    return one < other ? -1 : one > other ? 1 : 0;
  };
}
