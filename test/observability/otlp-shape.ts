/**
 * The JSON of an OTLP trace request, as opentelemetry-proto has it: names in lowerCamelCase,
 * ids in hex, 64-bit numbers as strings, enumerations as numbers; nothing that it does not know.
 * @module
 */
import { z } from "zod";

const nano = z.string().regex(/^[1-9]\d{15,19}$/);
const traceId = z.string().regex(/^(?!0{32})[0-9a-f]{32}$/);
const spanId = z.string().regex(/^(?!0{16})[0-9a-f]{16}$/);
const value = z.union([z.strictObject({ stringValue: z.string() }), z.strictObject({ intValue: z.string().regex(/^-?\d+$/) }), z.strictObject({ boolValue: z.boolean() })]);
const attributes = z
  .array(z.strictObject({ key: z.string().min(1), value }))
  .refine((all) => new Set(all.map(({ key }) => key)).size === all.length, "each key once");

const span = z
  .strictObject({
    traceId,
    spanId,
    parentSpanId: spanId.optional(),
    name: z.string().min(1),
    kind: z.number().int().min(1).max(5),
    startTimeUnixNano: nano,
    endTimeUnixNano: nano,
    attributes,
    events: z.array(z.strictObject({ timeUnixNano: nano, name: z.string().min(1), attributes })).optional(),
    links: z.array(z.strictObject({ traceId, spanId, attributes })).optional(),
    status: z.strictObject({ code: z.union([z.literal(0), z.literal(1), z.literal(2)]), message: z.string().optional() }),
  })
  .refine(({ startTimeUnixNano, endTimeUnixNano }) => BigInt(endTimeUnixNano) >= BigInt(startTimeUnixNano), "ends after it begins");
export type Span = z.infer<typeof span>;

export const traceRequest = z.strictObject({
  resourceSpans: z.array(z.strictObject({ resource: z.strictObject({ attributes }), scopeSpans: z.array(z.strictObject({ scope: z.strictObject({ name: z.string() }), spans: z.array(span) })) })),
});
