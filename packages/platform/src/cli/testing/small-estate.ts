/** A namespace whose model server may read secrets and whose notebook may start pods: enough to reach, plan and cut. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const documents = `
apiVersion: v1
kind: Namespace
metadata: { name: serving }
---
apiVersion: v1
kind: ServiceAccount
metadata: { name: server, namespace: serving }
---
apiVersion: v1
kind: ServiceAccount
metadata: { name: server, namespace: other }
---
apiVersion: v1
kind: Secret
metadata: { name: registry, namespace: serving }
type: Opaque
data: { password: aHVudGVyMg== }
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: { name: secret-reader, namespace: serving }
rules:
  - { apiGroups: [''], resources: [secrets], verbs: [get, list] }
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: { name: server-reads, namespace: serving }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: Role, name: secret-reader }
subjects:
  - { kind: ServiceAccount, name: server, namespace: serving }
---
apiVersion: v1
kind: Pod
metadata: { name: model-0, namespace: serving }
spec:
  serviceAccountName: server
  nodeName: gpu-1
  containers:
    - { name: server, image: registry.example/model:1 }
`;

/** Writes the estate below a folder. @returns the source to pass with `--from`. */
export async function smallEstate(folder: string, more = ''): Promise<string> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'estate.yaml'), `${documents}${more}`);
  return `kubernetes:${folder}`;
}
