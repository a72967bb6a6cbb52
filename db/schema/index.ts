/** All tables; drizzle-kit makes the migrations from here. */
export * from "./api-keys.ts";
export * from "./audit-events.ts";
export * from "./deployments.ts";
export * from "./hook-deliveries.ts";
export * from "./hooks.ts";
export * from "./mails.ts";
export * from "./memberships.ts";
export * from "./privacy.ts";
export * from "./roles.ts";
export * from "./sessions.ts";
export * from "./signing-keys.ts";
export * from "./sso.ts";
export * from "./tenants.ts";
export * from "./usage.ts";
export * from "./users.ts";
export * from "./variables.ts";
export * from "./workflows.ts";
