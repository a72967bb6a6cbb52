import { and, isNotNull, ne, type SQL } from "drizzle-orm";
import { events } from "../../../db/schema/events.ts";

/** Dead events, and those of which a workflow refused its part (`event-loop`): somebody has to look at them. */
export const givenUp = (): SQL | undefined => and(isNotNull(events.error), ne(events.status, "pending"));

export const isGivenUp = ({ error, status }: Pick<typeof events.$inferSelect, "error" | "status">): boolean => error !== null && status !== "pending";
