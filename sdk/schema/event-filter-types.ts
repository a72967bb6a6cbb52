/**
 * Filters as the compiler sees them, when it knows what an event carries.
 * @module
 */
import type { EventDataOf, KnownEventType } from "./event-catalogue.ts";
import type { EventFilter, FilterValue } from "./filter.ts";

type Presence = { readonly $exists?: boolean; readonly $changed?: boolean };
type Compared<Value extends string | number | boolean> = Presence & {
  readonly $eq?: Value | null;
  readonly $ne?: Value | null;
  readonly $in?: readonly (Value | null)[];
  readonly $nin?: readonly (Value | null)[];
} & (Value extends string ? { readonly $contains?: string } : unknown) &
  (Value extends boolean ? unknown : { readonly [Operator in "$gt" | "$gte" | "$lt" | "$lte"]?: Value extends string ? string : number });

type Of<Value> = unknown extends Value
  ? FilterValue
  : [Value] extends [string | number | boolean]
    ? Value | readonly Value[] | Compared<Value>
    : [Value] extends [readonly (infer Item)[]]
      ? Presence & { readonly $contains?: Extract<Item, string | number | boolean> }
      : Presence | FilterOf<Value>;

/** A filter over data of this type; dotted paths are not checked. */
export type FilterOf<Data> = { readonly [Field in keyof Data]?: null | Of<NonNullable<Data[Field]>> } & { readonly [path: `${string}.${string}`]: FilterValue };

/** The filter for events of a type: checked for the platform's own, free for the tenant's. */
export type FilterFor<Type extends string> = Type extends KnownEventType ? FilterOf<EventDataOf<Type>> : EventFilter;

/** Completes the known types and allows all others. */
export type AnyEventType = KnownEventType | (string & Record<never, never>);
