/**
 * The tenant's records in workflow code.
 *
 * Called inside a step they belong to it; between steps each call is a durable step of its own,
 * named after the action. Changes happen exactly once, however often the step is tried.
 * @module
 */
import { actionDoor } from "../schema/actions/door.ts";
import type { ParamsOf } from "../schema/actions/spec.ts";
import type { convertLead } from "../schema/actions/work.ts";
import type { AnyEntity, ChangeOf, CustomOf, NewRecordOf, RecordOf } from "../schema/crm/entity.ts";
import type { ValueOf } from "../schema/crm/fields.ts";
import type { EntityKind, EntityOf } from "../schema/crm/index.ts";

interface Comparisons<V> {
  $eq?: V;
  $ne?: V;
  $gt?: V;
  $gte?: V;
  $lt?: V;
  $lte?: V;
  $in?: readonly V[];
  $nin?: readonly V[];
  /** It is there and not null. */
  $exists?: boolean;
  $contains?: string;
  $starts?: string;
}

/** A value, one of several, comparisons; null: any. */
export type Condition<V> = V | readonly V[] | Comparisons<V> | null;

/** Which records: all that is named has to fit. Times may be `@now-7d` and `@today`. */
export type RecordFilter<E extends AnyEntity> = {
  readonly [F in keyof E["fields"]]?: Condition<ValueOf<E["fields"][F]>>;
} & {
  readonly id?: Condition<string>;
  readonly created_at?: Condition<string>;
  readonly updated_at?: Condition<string>;
  readonly created_by?: Condition<string>;
  /** Ids of tags. */
  readonly tags?: Condition<string>;
  readonly custom?: { readonly [K in keyof CustomOf<E["kind"]>]?: Condition<CustomOf<E["kind"]>[K]> };
  readonly $and?: readonly RecordFilter<E>[];
  readonly $or?: readonly RecordFilter<E>[];
  readonly $not?: RecordFilter<E>;
};

type Names<E extends AnyEntity> = (keyof E["fields"] & string) | "created_at" | "updated_at";
export interface Selection<E extends AnyEntity> {
  filter?: RecordFilter<E>;
  /** Words that the record has, or that begin so. */
  q?: string;
}

export interface FindOptions<E extends AnyEntity> extends Selection<E> {
  /** An indexed field; `-` before it: the highest first. Default: the newest first. */
  sort?: Names<E> | `-${Names<E>}`;
  /** 1 to 200, default 50. */
  limit?: number;
}

/** What can be done with records of one kind. */
export interface Records<E extends AnyEntity> {
  /** The records that fit. */
  find(options?: FindOptions<E>): Promise<RecordOf<E>[]>;
  /** A page of them: `next_cursor` begins the next, null after the last. */
  page(options?: FindOptions<E> & { cursor?: string | null }): Promise<{ data: RecordOf<E>[]; next_cursor: string | null }>;
  /**
   * Sensitive fields are masked but for those in `reveal`.
   * @throws ActionRefusedError `not-found`
   */
  get(id: string, options?: { reveal?: readonly (keyof E["fields"] & string)[] }): Promise<RecordOf<E>>;
  /** @throws ActionRefusedError `bad-request`, `conflict` */
  create(values: NewRecordOf<E>): Promise<RecordOf<E>>;
  /**
   * What is not named stays as it is.
   * @throws ActionRefusedError `not-found`, `bad-request`; `version-conflict` when it is another than `version` by now
   */
  update(id: string, change: ChangeOf<E>, options?: { version?: number }): Promise<RecordOf<E>>;
  /** @throws ActionRefusedError `not-found`, `version-conflict` */
  delete(id: string, options?: { version?: number }): Promise<{ id: string }>;
  count(options?: Selection<E>): Promise<number>;
  /** By the tag's id or name; `create` makes a tag that is not there. */
  addTag(id: string, tag: string, options?: { create?: boolean }): Promise<RecordOf<E>>;
  removeTag(id: string, tag: string): Promise<RecordOf<E>>;
}

interface Deals extends Records<EntityOf<"deal">> {
  /** To a stage by its id, or its name in the deal's pipeline. */
  moveStage(id: string, stage: string, options?: { lost_reason?: string }): Promise<RecordOf<EntityOf<"deal">>>;
}

export type ConvertOptions = Omit<ParamsOf<typeof convertLead>, "id">;

export interface Converted {
  lead: RecordOf<EntityOf<"lead">>;
  contact: RecordOf<EntityOf<"contact">>;
  company: RecordOf<EntityOf<"company">> | null;
  deal: RecordOf<EntityOf<"deal">> | null;
}

interface Leads extends Records<EntityOf<"lead">> {
  /** Into a contact, with a company and a deal if that is wanted. @throws ActionRefusedError `conflict` for one that is converted already */
  convert(id: string, options?: ConvertOptions): Promise<Converted>;
}

export type Crm = { readonly [Kind in Exclude<EntityKind, "deal" | "lead"> as EntityOf<Kind>["path"]]: Records<EntityOf<Kind>> } & { readonly deals: Deals; readonly leads: Leads };

const act = <T>(action: string, params: unknown, reads = false): Promise<T> => actionDoor.open()(action, params, { reads }) as Promise<T>;

function recordsAt(path: string): Deals & Pick<Leads, "convert"> {
  const at = (verb: string): string => `crm.${path}.${verb}`;
  const page: Deals["page"] = ({ cursor, ...options } = {}) => act(at("find"), { ...options, ...(cursor ? { cursor } : {}) }, true);
  return {
    page,
    find: async (options) => (await page(options)).data,
    get: (id, options) => act(at("get"), { id, ...options }, true),
    create: (values) => act(at("create"), { values }),
    update: (id, change, options) => act(at("update"), { id, change, ...options }),
    delete: (id, options) => act(at("delete"), { id, ...options }),
    count: (options = {}) => act(at("count"), options, true),
    addTag: (id, tag, options) => act(at("add_tag"), { id, tag, ...options }),
    removeTag: (id, tag) => act(at("remove_tag"), { id, tag }),
    convert: (id, options) => act(at("convert"), { id, ...options }),
    moveStage: (id, stage, options) => act(at("move_stage"), { id, stage, ...options }),
  };
}

/**
 * Records by kind. The declarations stay out of the bundle: names are checked by the compiler,
 * and by the platform.
 * @example
 * ```ts
 * import { actions, crm, on, workflow } from "everstep";
 *
 * export const greet = workflow({ id: "greet", on: [on.event("lead.created")] }, async ({ input, step }) => {
 *   const lead = await crm.leads.update(input.id, { status: "contacted" });
 *   await crm.leads.addTag(lead.id, "greeted", { create: true });
 *   await step.sleep("a day", "1 day");
 *   await actions.createTask({ title: `Call ${lead.name}`, about: { type: "lead", id: lead.id } });
 * });
 * ```
 */
export const crm: Crm = new Proxy({} as Crm, { get: (_target, path) => (typeof path === "string" ? recordsAt(path) : undefined) });
