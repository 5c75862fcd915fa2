import { ActionIcon, Skeleton } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { nodesQuery } from '../../data/queries.ts';
import { CopyButton } from '../../ui/copy-button.tsx';
import { ForeignText } from '../../ui/foreign-text.tsx';
import { ProblemNotice } from '../../ui/problem-notice.tsx';
import sideClasses from './blast-side.module.css';
import type { DrawingIndex, DrawnEdge } from './drawing-index.ts';
import classes from './node-facts.module.css';
import { RoleTag } from './role-tag.tsx';

interface NodeFactsProps {
  readonly incidentId: string;
  readonly id: string;
  readonly jewel: string | undefined;
  readonly index: DrawingIndex;
  readonly onSelect: (id: string | null) => void;
}

/** What is known of one node, how it is reached and where it leads. */
export function NodeFacts({ incidentId, id, jewel, index, onSelect }: NodeFactsProps) {
  const drawn = index.nodes.get(id);
  const found = useQuery(nodesQuery(id, 20));
  const node = found.data?.nodes.find((candidate) => candidate.id === id);
  const why = node?.jewel ?? jewel;
  return (
    <>
      <header className={classes.head}>
        <div>
          {drawn !== undefined && <RoleTag role={drawn.role} />}
          <h2>
            <ForeignText text={node?.name ?? drawn?.label ?? id} />
          </h2>
          <div className="fb-quiet">
            <ForeignText text={id} mono />
          </div>
        </div>
        <ActionIcon variant="subtle" color="gray" aria-label="Close the details" onClick={() => onSelect(null)}>
          <IconX size={18} />
        </ActionIcon>
      </header>
      {why !== undefined && (
        <p className={classes.why}>
          <ForeignText text={why} />
        </p>
      )}
      <div className={classes.actions}>
        <Link to="/incidents/$incidentId/paths" params={{ incidentId }} search={{ goal: id }}>
          Attack paths to it
        </Link>
        <CopyButton label="Copy id" text={() => id} />
      </div>
      {found.error !== null && <ProblemNotice error={found.error} onRetry={() => void found.refetch()} />}
      <dl className={classes.facts}>
        <Fact name="Kind" value={node?.kind ?? drawn?.kind} />
        <Fact name="Class" value={node?.class ?? drawn?.class} />
        {node?.namespace !== undefined && <Fact name="Namespace" value={node.namespace} />}
        {drawn !== undefined && (
          <Fact name="Steps away" value={drawn.hops === 0 ? '0, compromised itself' : String(drawn.hops)} />
        )}
        {Object.entries(node?.detail ?? {}).map(([name, value]) => (
          <Fact key={name} name={name} value={String(value)} />
        ))}
        {Object.entries(node?.labels ?? {}).map(([name, value]) => (
          <Fact key={`label ${name}`} name={`label ${name}`} value={value} />
        ))}
        {node === undefined && found.isPending && <Skeleton height={14} width="70%" />}
      </dl>
      <StepList title="Reached from" edges={index.into.get(id) ?? []} end="from" index={index} onSelect={onSelect} />
      <StepList title="Leads to" edges={index.outOf.get(id) ?? []} end="to" index={index} onSelect={onSelect} />
      {node !== undefined && node.facts.length > 0 && (
        <Section title="Stands on these facts">
          <ul className={`${sideClasses.list} ${classes.steps}`}>
            {node.facts.map((fact) => (
              <li key={fact}>
                <ForeignText text={fact} mono most={90} />
              </li>
            ))}
          </ul>
        </Section>
      )}
    </>
  );
}

const mostSteps = 10;

interface StepListProps {
  readonly title: string;
  readonly edges: readonly DrawnEdge[];
  readonly end: 'from' | 'to';
  readonly index: DrawingIndex;
  readonly onSelect: (id: string) => void;
}

function StepList({ title, edges, end, index, onSelect }: StepListProps) {
  if (edges.length === 0) return null;
  return (
    <Section title={`${title} (${edges.length})`}>
      <ul className={`${sideClasses.list} ${classes.steps}`}>
        {edges.slice(0, mostSteps).map((edge) => (
          <li key={`${edge.type} ${edge.from} ${edge.to}`} data-severed={edge.severed} className={classes.step}>
            <code>{edge.type}</code>{' '}
            <button type="button" onClick={() => onSelect(edge[end])}>
              <ForeignText text={index.nodes.get(edge[end])?.label ?? edge[end]} most={40} mono />
            </button>
            {edge.severed && <span className="fb-quiet"> severed by the plan</span>}
          </li>
        ))}
      </ul>
      {edges.length > mostSteps && <p className="fb-quiet">and {edges.length - mostSteps} more</p>}
    </Section>
  );
}

function Section({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <section>
      <h3 className={classes.section}>{title}</h3>
      {children}
    </section>
  );
}

function Fact({ name, value }: { readonly name: string; readonly value: string | undefined }) {
  return (
    <div>
      <dt>
        <ForeignText text={name} most={48} />
      </dt>
      <dd>
        <ForeignText text={value ?? '–'} most={160} />
      </dd>
    </div>
  );
}
