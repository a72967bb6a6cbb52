import type { AnyEntity } from "../../../sdk/schema/crm/entity.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import type { RecordContext } from "../records/context.ts";
import { faultsOf } from "./faults.ts";
import { findView, type ViewRow } from "./view.ts";

/**
 * A view that a list is asked for by.
 * @throws PlatformError `not-found`; `bad-request` when it is of another kind, or names what is gone
 */
export async function viewFor(ctx: RecordContext, of: AnyEntity, id: string, sortable: readonly string[]): Promise<ViewRow> {
  const view = await findView(ctx, id);
  if (view.entity !== of.path) throw new PlatformError("bad-request", `/query/view: the view ${id} is one of ${view.entity}, not of ${of.path}`, [{ pointer: "/query/view", detail: `of ${view.entity}` }]);
  const faults = await faultsOf(ctx, of, view, sortable);
  if (faults[0]) throw new PlatformError("bad-request", `The view “${view.title}” does not fit any more: ${faults[0].pointer.slice(1)}: ${faults[0].detail}. Change it with PATCH /views/${id}, or delete it.`, faults.map(({ pointer, detail }) => ({ pointer: `/query/view${pointer}`, detail })));
  return view;
}
