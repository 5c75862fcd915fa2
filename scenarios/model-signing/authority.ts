/** A certificate authority for tests, made with openssl: root, intermediate, and a certificate that may sign. */
import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface Authority {
  /** Paths of PEM files. */
  readonly root: string;
  readonly intermediate: string;
  readonly leaf: string;
  readonly key: string;
}

export interface AuthorityOptions {
  /** Extensions in openssl's words. */
  readonly leaf?: string;
  readonly intermediate?: string;
}

export async function makeAuthority(folder: string, options: AuthorityOptions = {}): Promise<Authority> {
  const at = (name: string) => join(folder, name);
  const openssl = (...argv: readonly string[]) => execFileSync('openssl', argv, { stdio: 'pipe' });
  const newKey = (name: string) => openssl('ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', at(name));
  const issue = async (name: string, issuer: string, extensions: string) => {
    newKey(`${name}.key`);
    await writeFile(at(`${name}.ext`), extensions);
    openssl('req', '-new', '-key', at(`${name}.key`), '-subj', `/CN=${name}`, '-out', at(`${name}.csr`));
    openssl(
      ...['x509', '-req', '-in', at(`${name}.csr`), '-CA', at(`${issuer}.pem`), '-CAkey', at(`${issuer}.key`)],
      ...['-CAcreateserial', '-days', '30', '-sha256', '-extfile', at(`${name}.ext`), '-out', at(`${name}.pem`)],
    );
  };
  newKey('root.key');
  openssl(
    ...['req', '-x509', '-new', '-key', at('root.key'), '-subj', '/CN=root', '-days', '30', '-out', at('root.pem')],
    ...['-addext', 'keyUsage=critical,keyCertSign'],
  );
  const authority = 'basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign\n';
  await issue('intermediate', 'root', options.intermediate ?? authority);
  await issue('leaf', 'intermediate', options.leaf ?? 'keyUsage=critical,digitalSignature\n');
  return { root: at('root.pem'), intermediate: at('intermediate.pem'), leaf: at('leaf.pem'), key: at('leaf.key') };
}
