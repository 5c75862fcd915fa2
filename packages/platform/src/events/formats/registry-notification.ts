/**
 * What a container registry tells its endpoints: pushes, pulls, mounts and deletions of manifests and blobs (`{"events": […]}`). It is
 * the form of CNCF Distribution, which others took over. Source: CNCF Distribution, "Work with notifications".
 */
import { type EventFormat, type NormalEvent, ociId, serverName } from '@firebreak/contract';
import { array, field, textAt } from '../../intake/foreign.ts';
import { moment } from '../moment.ts';
import { told } from '../told.ts';

const activities: Readonly<Record<string, NormalEvent['activity']>> = {
  pull: 'read',
  push: 'change',
  mount: 'change',
  delete: 'delete',
};

export default {
  id: 'registry-notification',
  title: 'Notifications of a container registry',
  systems: ['oci'],
  is: isNotification,
  unwrap: (value) => {
    const events = array(field(value, 'events'));
    return events.length > 0 && events.every(isNotification) ? events : undefined;
  },
  read(value) {
    const action = textAt(value, 'action') ?? 'other';
    const repository = textAt(value, 'target', 'repository') ?? '';
    const tag = textAt(value, 'target', 'tag');
    const registry = serverName(`https://${textAt(value, 'request', 'host') ?? ''}`);
    const name = textAt(value, 'actor', 'name');
    return {
      time: moment(textAt(value, 'timestamp')),
      system: registry === undefined ? 'oci' : `oci ${registry}`,
      actor: {
        name: name ?? 'nobody named',
        ...told({
          id: name === undefined || registry === undefined ? undefined : ociId('User', registry, name),
          address: textAt(value, 'request', 'addr')?.replace(/:\d{1,5}$/, ''),
          agent: textAt(value, 'request', 'useragent'),
        }),
      },
      operation: `${action} ${tag === undefined ? repository : `${repository}:${tag}`}`,
      activity: Object.hasOwn(activities, action) ? (activities[action] ?? 'other') : 'other',
      targets: registry === undefined ? [] : targetsOf(value, registry, repository, tag),
      outcome: 'done',
      ...told({ ownId: textAt(value, 'id') }),
    };
  },
} satisfies EventFormat;

function isNotification(value: unknown): boolean {
  return (
    Object.hasOwn(activities, textAt(value, 'action') ?? '') &&
    textAt(value, 'target', 'repository') !== undefined &&
    textAt(value, 'timestamp') !== undefined
  );
}

/** A blob belongs to many images: what is touched is then the repository. A deletion tells no media type, and people delete images. */
function targetsOf(value: unknown, registry: string, repository: string, tag: string | undefined): string[] {
  const digest = textAt(value, 'target', 'digest');
  const isManifest = /manifest|image\.index/.test(textAt(value, 'target', 'mediaType') ?? 'manifest');
  return [
    ociId('Repository', registry, repository),
    ...(tag === undefined ? [] : [ociId('Tag', registry, `${repository}:${tag}`)]),
    ...(isManifest && digest !== undefined ? [ociId('Image', registry, `${repository}@${digest}`)] : []),
  ];
}
