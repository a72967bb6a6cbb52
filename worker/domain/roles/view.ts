import { z } from "zod";
import type { roles } from "../../../db/schema/roles.ts";
import { maskable } from "../../auth/mask-fields.ts";
import { isOverRecords, isPermission, type Permission, permissionNames, scopes } from "../../auth/permissions.ts";
import { type BuiltInRole, builtInDescriptions, builtInRoles, isBuiltInRole } from "../../auth/roles.ts";
import { iso } from "../context.ts";

export type RoleRow = typeof roles.$inferSelect;

const scope = z.enum(scopes);

export const roleView = z.object({
  id: z.string().describe("What `users.role` names"),
  name: z.string(),
  description: z.string().nullable(),
  built_in: z.boolean().describe("Every tenant has it; it cannot be changed"),
  grants: z.record(z.string(), scope).describe("Permission → over whose records"),
  masked: z.record(z.string(), z.array(z.string())).describe("Entity → fields shown masked"),
  created_at: z.string().nullable(),
  updated_at: z.string().nullable(),
});
export type RoleView = z.infer<typeof roleView>;

export function viewRole({ id, name, description, grants, masked, created_at, updated_at }: RoleRow): RoleView {
  return { id, name, description, built_in: false, grants, masked, created_at: iso(created_at), updated_at: iso(updated_at) };
}

export function viewBuiltIn(name: BuiltInRole): RoleView {
  const { grants, masked } = builtInRoles[name];
  return { id: name, name, description: builtInDescriptions[name], built_in: true, grants: { ...grants }, masked: Object.fromEntries(Object.entries(masked).map(([entity, fields]) => [entity, [...fields]])), created_at: null, updated_at: null };
}

/** Typed by what was checked: permission → scope. */
const grants = z.record(z.string(), scope).superRefine((given, check) => {
  for (const [name, over] of Object.entries(given)) {
    if (!isPermission(name)) check.addIssue({ code: "custom", path: [name], message: `there is no such permission; there are ${permissionNames.join(", ")}` });
    else if (over !== "all" && !isOverRecords(name)) check.addIssue({ code: "custom", path: [name], message: `can only be \`all\`; ${permissionNames.filter(isOverRecords).join(" and ")} can be over \`team\` or \`own\` too` });
  }
}) as z.ZodType<Partial<Record<Permission, z.infer<typeof scope>>>>;

const masked = z.record(z.string(), z.array(z.string()).max(50)).superRefine((given, check) => {
  const all = Object.entries(maskable).flatMap(([entity, fields]) => fields.map((field) => `${entity}.${field}`));
  for (const [entity, fields] of Object.entries(given)) {
    for (const field of fields) if (!all.includes(`${entity}.${field}`)) check.addIssue({ code: "custom", path: [entity], message: `${entity}.${field} cannot be masked; ${all.join(", ")} can` });
  }
});

const fields = {
  name: z
    .string()
    .trim()
    .min(1)
    .max(100)
    .refine((name) => !isBuiltInRole(name.toLowerCase()), "a built-in role has this name"),
  description: z.string().trim().max(500).nullable(),
  grants: grants.describe("Permission → `all`, `team` or `own`. `GET /api/v1/permissions` lists them"),
  masked,
};
export const roleBody = z.strictObject({ name: fields.name, description: fields.description.default(null), grants: fields.grants, masked: masked.default({}) });
export const roleChange = z
  .strictObject({ name: fields.name.optional(), description: fields.description.optional(), grants: fields.grants.optional(), masked: masked.optional() })
  .refine((change) => Object.keys(change).length > 0, "say what to change");
