/** The single actions that make one edge of a tracking server disappear from a fresh collect. */
import { type Estate, type Fact, type Lever, type LiveEdge, lever, mlflowId, type NodeId } from '@firebreak/contract';
import { perEstate } from '../../facts/estate.ts';
import { append } from '../kubernetes/pods.ts';

type ModelFact = Fact<'mlflow.registered-model'>;
type VersionFact = Fact<'mlflow.model-version'>;

/** A version that somebody has checked says so in a tag: MLflow's own word for it, or ours. */
const verifiedTags: Readonly<Record<string, string>> = { validation_status: 'approved', 'firebreak.verified': 'true' };

const isVerified = ({ data }: VersionFact) =>
  data.status === 'READY' && Object.entries(verifiedTags).some(([tag, value]) => data.tags[tag] === value);

/** By server and model, the newest first. */
const verifiedVersions: (estate: Estate) => ReadonlyMap<NodeId, readonly VersionFact[]> = perEstate((estate) => {
  const versions = new Map<NodeId, VersionFact[]>();
  for (const fact of estate.all('mlflow.model-version'))
    if (isVerified(fact)) append(versions, mlflowId('RegisteredModel', fact.data.server, fact.data.name), fact);
  for (const list of versions.values()) list.sort((a, b) => Number(b.data.version) - Number(a.data.version));
  return versions;
});

const aliases: (
  estate: Estate,
) => ReadonlyMap<NodeId, { readonly model: ModelFact; readonly alias: string; readonly version: string }> = perEstate(
  (estate) =>
    new Map(
      estate
        .all('mlflow.registered-model')
        .flatMap((model) =>
          model.data.aliases.map(({ alias, version }) => [
            mlflowId('Alias', model.data.server, `${model.data.name}@${alias}`),
            { model, alias, version },
          ]),
        ),
    ),
);

/** Points an alias at the newest other version that was verified: who writes the present one decides it no more. */
export function moveAlias(estate: Estate, id: NodeId): readonly Lever[] {
  const found = aliases(estate).get(id);
  if (found === undefined) return [];
  const { model, alias, version } = found;
  const other = (verifiedVersions(estate).get(model.id) ?? []).find(({ data }) => data.version !== version);
  if (other === undefined) return [];
  const { server, name } = model.data;
  return [lever('mlflow.move-alias', { server, name, alias, to: other.data.version })];
}

/** Denies a user the model that an edge is about. */
export function denyModel({ from, facts }: LiveEdge, estate: Estate): readonly Lever[] {
  const user = estate.get('mlflow.user', from);
  const model = facts.map((id) => estate.get('mlflow.registered-model', id)).find((fact) => fact !== undefined);
  if (user === undefined || model === undefined) return [];
  const { server, username } = user.data;
  return [lever('mlflow.deny-model', { server, username, name: model.data.name })];
}
