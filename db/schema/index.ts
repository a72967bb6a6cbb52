/** All tables; drizzle-kit makes the migrations from here. */
export * from "./api-keys.ts";
export * from "./deployments.ts";
export * from "./hook-deliveries.ts";
export * from "./hooks.ts";
export * from "./tenants.ts";
export * from "./workflows.ts";
