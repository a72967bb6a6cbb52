import { PlatformError } from "../../../sdk/schema/problem.ts";

export function nameTaken(name: string): PlatformError {
  return new PlatformError("conflict", `There is a team called ${name} already.`, [{ pointer: "/name", detail: "taken" }]);
}
