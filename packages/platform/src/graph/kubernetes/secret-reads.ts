/**
 * The requests that are answered with the values of a secret. Besides the obvious ones: a patch, even an empty one, is
 * answered with the object, a deletion of a collection with all that it deletes or, on a dry run, would delete, and a
 * foreground deletion with the object. An update is answered with what was sent, a create with what is new. (Tried with
 * accounts that held one verb each on kube-apiserver 1.36.)
 */
import type { Right } from './powers.ts';

export const secretReads: Right = {
  verbs: ['list', 'watch', 'get', 'patch', 'deletecollection', 'delete'],
  group: '',
  resource: 'secrets',
};
