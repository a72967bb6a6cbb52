import { z } from "zod";
import { decideApproval, decideBody } from "../domain/approvals/decide.ts";
import { delegateBody, endStanding, getStanding, handedOnView, handOn, setStanding, standingBody, standingView } from "../domain/approvals/delegate.ts";
import { decideByLink, linkBody, linkDecideBody, linkView, lookAtLink } from "../domain/approvals/link.ts";
import { approvalList, approvalsQuery, getApproval, listApprovals } from "../domain/approvals/list.ts";
import { approvalDetail, decidedView } from "../domain/approvals/view.ts";
import { uuidParams } from "./parameters.ts";
import { publicRoute, reply, type Route, tenantRoute } from "./route.ts";

const tag = "approvals";
/** Everything about them is at both paths. */
const at = <Rest extends string>(rest: Rest) => ({ tag, path: `/workflows/approvals${rest}`, also: [`/approvals${rest}`] }) as const;
const mine = { permission: "workflows.approve", peopleOnly: true } as const;
const standing = z.object({ delegation: standingView.describe("Null: nobody") });

/** Before the workflows, of which none is called `approvals` here. */
export const approvalRoutes: readonly Route[] = [
  tenantRoute(
    { ...at(""), method: "get", operation: "listApprovals", summary: "Requests for approval, newest first; with `mine=true` those you can decide", permission: "workflows.read", query: approvalsQuery, responses: { 200: approvalList } },
    async ({ ctx, query }) => reply(200, await listApprovals({ ctx, input: query })),
  ),
  // Before `:id`, which they are none of.
  publicRoute(
    { ...at("/link"), method: "post", operation: "lookAtApprovalLink", summary: "What a mailed link decides; uses nothing up", body: linkBody, responses: { 200: linkView } },
    async ({ ctx, body }) => reply(200, await lookAtLink({ ctx, input: body })),
  ),
  publicRoute(
    { ...at("/link/decide"), method: "post", operation: "decideApprovalByLink", summary: "Approve or reject by a mailed link, once, in the name of who got it", body: linkDecideBody, responses: { 200: decidedView } },
    async ({ ctx, body }) => reply(200, await decideByLink({ ctx, input: body })),
  ),
  tenantRoute(
    { ...at("/delegation"), ...mine, method: "get", operation: "getApprovalDelegation", summary: "Who decides in your place", responses: { 200: standing } },
    async ({ ctx }) => reply(200, await getStanding({ ctx })),
  ),
  tenantRoute(
    { ...at("/delegation"), ...mine, method: "put", operation: "setApprovalDelegation", summary: "Let somebody decide in your place, for a while", body: standingBody, responses: { 200: standing } },
    async ({ ctx, body }) => reply(200, await setStanding({ ctx, input: body })),
  ),
  tenantRoute(
    { ...at("/delegation"), ...mine, method: "delete", operation: "endApprovalDelegation", summary: "Decide yourself again", responses: { 204: null } },
    async ({ ctx }) => {
      await endStanding({ ctx });
      return reply(204);
    },
  ),
  tenantRoute(
    { ...at("/:id"), method: "get", operation: "getApproval", summary: "A request with its votes and its form", permission: "workflows.read", params: uuidParams, responses: { 200: approvalDetail } },
    async ({ ctx, params }) => reply(200, await getApproval({ ctx, input: params })),
  ),
  tenantRoute(
    { ...at("/:id/decide"), method: "post", operation: "decideApproval", summary: "Approve or reject", permission: "workflows.approve", params: uuidParams, body: decideBody, responses: { 200: decidedView } },
    async ({ ctx, params, body }) => reply(200, await decideApproval({ ctx, input: { ...params, ...body } })),
  ),
  tenantRoute(
    { ...at("/:id/delegate"), ...mine, method: "post", operation: "delegateApproval", summary: "Hand a request on to somebody else", params: uuidParams, body: delegateBody, responses: { 200: handedOnView } },
    async ({ ctx, params, body }) => reply(200, await handOn({ ctx, input: { ...params, ...body } })),
  ),
];
