/** Forms in which a bill of materials is written. */
export const bomForms = ['cyclonedx', 'spdx'] as const;
export type BomForm = (typeof bomForms)[number];
