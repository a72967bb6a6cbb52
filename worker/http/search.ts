/** One search over all kinds of records. */
import { recordContext } from "../domain/records/context.ts";
import { searchQuery, searchRecords, searchResult } from "../domain/search/search.ts";
import { reply, type Route, tenantRoute } from "./route.ts";

export const searchRoutes: readonly Route[] = [
  tenantRoute({ method: "get", path: "/search", operation: "search", tag: "search", summary: "Find records of every kind by words, numbers, addresses", permission: "views.read", query: searchQuery, responses: { 200: searchResult } }, async ({ ctx, query }) => reply(200, await searchRecords({ ctx: recordContext(ctx), input: query }))),
];
