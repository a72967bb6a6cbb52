import type { AnyEntity } from "../../../sdk/schema/crm/entity.ts";
import { findRecord } from "./access.ts";
import type { RecordContext } from "./context.ts";
import { expanded } from "./expand.ts";
import { show, type Shown } from "./show.ts";

/** @throws PlatformError `not-found`, `forbidden`, `bad-request` for what cannot be shown along */
export async function getRecord({ ctx, of, id, expand = [] }: { ctx: RecordContext; of: AnyEntity; id: string; expand?: readonly string[] | undefined }): Promise<Shown> {
  const view = await show(ctx, of, await findRecord(ctx, of, id));
  const [whole = view] = await expanded(ctx, of, [view], expand);
  return whole;
}
