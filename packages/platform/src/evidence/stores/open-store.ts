import type { StoreSettings } from '../settings.ts';
import { folderStore } from './folder.ts';
import type { EvidenceStore } from './store.ts';

/** The store that these settings describe. @param scratch where files are written aside for stores that are elsewhere */
export async function openStore(settings: StoreSettings, scratch: string): Promise<EvidenceStore> {
  switch (settings.kind) {
    case 'folder':
      return folderStore(settings.name, settings.path);
    // Their clients are large and most installations have none.
    case 's3':
      return (await import('./s3.ts')).s3Store(settings, scratch);
    case 'oci':
      return (await import('./oci.ts')).ociStore(settings, scratch);
  }
}
