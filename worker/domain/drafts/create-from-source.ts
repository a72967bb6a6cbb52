import { eq, sql } from "drizzle-orm";
import { among } from "../../../db/among.ts";
import { workflows } from "../../../db/schema/workflows.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import { audited } from "../audit/record.ts";
import type { TenantContext } from "../context.ts";
import type { VersionOrigin } from "../versions/record.ts";
import { getWorkflow } from "../workflows/get.ts";
import { isReservedId } from "../workflows/reserved.ts";
import type { WorkflowDetail } from "../workflows/view.ts";
import { deploySource } from "./deploy.ts";
import { idsIn, withIdentity } from "./identity.ts";
import { defaultFile } from "./published.ts";

export interface NewSource {
  /** TypeScript; a workflow whose id is taken gets another one in it. */
  source: string;
  /** Path it is kept at; `workflows/<id>.ts` when left out. */
  file?: string;
  /** Title of its first workflow, in place of the source's own. */
  name?: string;
  /** False: nothing starts it until it is switched on. */
  is_active: boolean;
  origin: Exclude<VersionOrigin, "deploy">;
  /** Id of the template it comes from. */
  template?: string;
  category?: string;
  message?: string;
  /** Of the request that it is made by (column `request`): it is made once. */
  request?: string;
}

/** Somebody may take the same id at the same time. */
const mostAttempts = 5;
/** Of one id: `hello`, `hello-2`, … */
const mostLike = 200;
const longestId = 100;

/**
 * Makes a workflow of a source, and publishes it: its first version.
 * @returns the first workflow of the source
 * @throws PlatformError `bundle-rejected` with places in the source; `conflict` when its id is taken and cannot be changed; `plan-limit`
 * @example
 * ```ts
 * const workflow = await createFromSource({ ctx, input: { source, name: "Greet", is_active: true, origin: "editor" } });
 * ```
 */
export async function createFromSource({ ctx, input }: { ctx: TenantContext; input: NewSource }): Promise<WorkflowDetail> {
  for (let attempt = 1; ; attempt++) {
    const ids = await freeIds(ctx, idsIn(input.source));
    const source = withIdentity(input.source, { ids, title: input.name });
    const [first] = ids.values();
    try {
      const { deployment, created } = await deploySource(ctx, { ...deployed(ctx, input, first), files: { [fileOf(input, first)]: source } });
      // The very same runs already.
      if (!created) throw overtaken(deployment.workflows.map(({ id }) => id));
      const id = deployment.workflows.find((workflow) => workflow.id === first)?.id ?? deployment.workflows[0]?.id ?? "";
      return await getWorkflow({ ctx: { ...ctx, workflow: null }, input: { id } });
    } catch (error) {
      if (!(error instanceof Overtaken) || attempt === mostAttempts) throw error;
    }
  }
}

/** Another one of that id came first. */
class Overtaken extends PlatformError {}

const overtaken = (ids: readonly string[]) => new Overtaken("conflict", `There is a workflow ${ids.map((id) => `\`${id}\``).join(" or ")} already, and the source does not write out its id where it could be changed. Give it another one there.`);

const fileOf = ({ file }: NewSource, id = "workflow"): string => file ?? defaultFile(id);

function deployed(ctx: TenantContext, input: NewSource, first: string | undefined): Omit<Parameters<typeof deploySource>[1], "files"> {
  const { is_active, origin, template = null, category = null, message, request = null } = input;
  let made: string[] = [];
  const taken = () => sql`exists (select 1 from ${workflows} where ${workflows.tenant_id} = ${ctx.tenant} and ${among(workflows.id, made)})`;
  return {
    file: fileOf(input, first),
    message,
    options: {
      origin,
      fresh: { is_active, category, created_from_template: template, request },
      // What the code declares once it runs, written out in its source or not.
      inspect: async ({ workflows: all }) => void (made = all.map(({ id }) => id)),
      condition: () => sql`not ${taken()}${request === null ? sql`` : sql` and not ${ctx.db.exists(workflows, eq(workflows.request, request))}`}`,
      overtaken: () => overtaken(made),
      also: () => made.map((id) => audited(ctx, { action: "workflow.create", entityId: id, after: { origin, template, category, is_active } })),
    },
  };
}

/** For each id the next that nobody has. */
async function freeIds({ db }: TenantContext, wanted: readonly string[]): Promise<Map<string, string>> {
  const like = (id: string): string[] => Array.from({ length: mostLike }, (_, index) => (index === 0 ? id : `${id.slice(0, longestId - `-${index + 1}`.length)}-${index + 1}`));
  const rows = wanted.length === 0 ? [] : await db.select(workflows, { where: among(workflows.id, wanted.flatMap(like)) });
  const taken = new Set(rows.map(({ id }) => id));
  const free = new Map<string, string>();
  for (const id of wanted) {
    const next = like(id).find((one) => !taken.has(one) && !isReservedId(one));
    if (next === undefined) throw new PlatformError("conflict", `There are ${mostLike} workflows like \`${id}\`: give it another id.`);
    taken.add(next);
    free.set(id, next);
  }
  return free;
}
