import { PlatformError } from "../../../sdk/schema/problem.ts";

/** For whatever would change or start something in a tenant that is suspended. */
export function tenantSuspended(): PlatformError {
  return new PlatformError("tenant-suspended", "This tenant is suspended: everything can be read, nothing can be changed or started. Ask the operator.");
}
