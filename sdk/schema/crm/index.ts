/**
 * Every entity of the CRM. Who adds one makes its folder here and names it in this list;
 * docs/adding-an-entity.md shows it.
 * @module
 */
import { activity } from "./activity/index.ts";
import { category } from "./category/index.ts";
import { company } from "./company/index.ts";
import { contact } from "./contact/index.ts";
import { deal } from "./deal/index.ts";
import type { AnyEntity } from "./entity.ts";
import { lead } from "./lead/index.ts";
import { note } from "./note/index.ts";
import { pipeline } from "./pipeline/index.ts";
import { stage } from "./stage/index.ts";
import { tag } from "./tag/index.ts";
import { task } from "./task/index.ts";
import { ticket } from "./ticket/index.ts";

export const entities = { lead, contact, company, deal, ticket, task, note, activity, pipeline, stage, tag, category } as const;

export type EntityKind = keyof typeof entities;
export type EntityOf<Kind extends EntityKind> = (typeof entities)[Kind];

/** By kind. */
export const entityOfKind: ReadonlyMap<string, AnyEntity> = new Map(Object.entries<AnyEntity>(entities));
export const allEntities: readonly AnyEntity[] = [...entityOfKind.values()];
/** By path, as `leads`. */
export const entityAt: ReadonlyMap<string, AnyEntity> = new Map(allEntities.map((one) => [one.path, one]));

/** Kinds that tenants may add fields to. */
export const extensible: readonly AnyEntity[] = allEntities.filter(({ custom }) => custom);
