import type { AnyEntity } from "../../../sdk/schema/crm/entity.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";

const messageOf = (error: unknown): string => (error instanceof Error ? `${error.message} ${messageOf(error.cause)}` : "");

/** @throws PlatformError `conflict` for what the database refuses because there is one like it */
export async function refusingTwins<T>(of: AnyEntity, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw twinOf(of, error) ?? error;
  }
}

/** Null: it is no refusal of that kind. */
export function twinOf(of: AnyEntity, error: unknown): PlatformError | null {
  const message = messageOf(error);
  const fields = message.includes("UNIQUE") ? of.unique.find((names) => names.every((name) => message.includes(`${of.path}.${name}`))) : undefined;
  return fields ? new PlatformError("conflict", `There is a ${of.title.toLowerCase()} with the same ${fields.join(" and ")} already.`, fields.map((name) => ({ pointer: `/${name}`, detail: "taken" }))) : null;
}
