/**
 * What a key may do. A closed list: a name that is not here is refused when a key is made, so a typing error can never
 * turn into a permission. Who holds `…manage` may also view (decisions D33).
 */
export const roles = [
  'apikey.manage',
  'callback.manage',
  'iou.manage',
  'iou.view',
  'ledger.view',
  'member.manage',
  'member.view',
  'organisation.manage',
  'organisation.view',
  'payments.charge',
  'payments.global.edit',
  'payments.global.view',
  'payments.manage.edit',
  'payments.manage.view',
  'payments.refund',
  'payments.use',
  'payments.view',
  'platform.admin',
  'processor.manage',
  'reader.manage',
  'reader.view',
  'sales.resolve',
  'sales.use',
  'sales.view',
  'site.manage',
  'site.view',
] as const;
export type Role = (typeof roles)[number];

/** What a finance officer sees of everybody (cobalt.md 4). */
const seesAll = [
  'payments.manage.view',
  'payments.view',
  'organisation.view',
  'member.view',
  'iou.view',
  'ledger.view',
] as const;

/** A role that brings others with it; `platform.admin` brings all. */
const implied: Partial<Record<Role, readonly Role[]>> = {
  'iou.manage': ['iou.view'],
  'member.manage': ['member.view'],
  'organisation.manage': ['organisation.view'],
  'payments.global.edit': ['payments.global.view', 'payments.manage.edit', ...seesAll],
  'payments.global.view': seesAll,
  'payments.manage.edit': ['payments.manage.view'],
  'payments.refund': ['payments.view', 'member.view'],
  'payments.use': ['payments.view', 'member.view'],
  'reader.manage': ['reader.view'],
  'sales.resolve': ['sales.view'],
  'sales.use': ['sales.view', 'reader.view', 'site.view'],
  'site.manage': ['site.view'],
};

/** Whether `text` names a role. */
export function isRole(text: string): text is Role {
  return (roles as readonly string[]).includes(text);
}

/** Whether holding `held` allows what needs `needed`: directly, by implication, or as the platform's administrator. */
export function grants(held: ReadonlySet<Role>, needed: Role): boolean {
  if (held.has(needed) || held.has('platform.admin')) return true;
  return [...held].some((role) => implied[role]?.includes(needed) ?? false);
}

/** Roles that a key of an organisation or a site can never hold, because they reach beyond it. */
export const platformRoles: ReadonlySet<Role> = new Set<Role>([
  'platform.admin',
  'callback.manage',
  'payments.global.edit',
  'payments.global.view',
  'payments.refund',
  'processor.manage',
]);

/** What a person of an organisation may do with its money. */
export type OrganisationUserRole = 'view' | 'edit';

/** The roles of a person of an organisation, within it. */
export const organisationUserRoles: Readonly<Record<OrganisationUserRole, readonly Role[]>> = {
  view: ['organisation.view', 'payments.manage.view'],
  edit: ['organisation.view', 'payments.manage.edit'],
};
