/**
 * The OpenAPI 3.1 document, made from the routes.
 * @module
 */
import { z } from "zod";
import { problem } from "../../sdk/schema/problem.ts";
import type { Responses, Route } from "./route.ts";

type Schema = Record<string, unknown>;

export function openapi(routes: readonly Route[], base: string): Schema {
  const paths: Record<string, Schema> = {};
  for (const route of routes) {
    const { path, also = [], method, operation } = route.shape;
    for (const [index, one] of [path, ...also].entries()) {
      const key = base + one.replaceAll(/:(\w+)/g, "{$1}");
      // Operation ids must differ; another path of the same thing gets a number.
      paths[key] = { ...paths[key], [method]: operationOf(route, index === 0 ? operation : `${operation}_${index + 1}`) };
    }
  }
  return {
    openapi: "3.1.0",
    info: { title: "Everstep", version: "1", description: "Durable workflows: deploy, start, watch, steer. Errors are problem documents (RFC 9457)." },
    security: [{ key: [] }],
    paths,
    components: {
      securitySchemes: { key: { type: "http", scheme: "bearer", description: "An API key of a tenant (`es_…`), or the access token of a person who has signed in" } },
      schemas: { Problem: jsonSchema(problem, "output") },
    },
  };
}

const whoMay = { public: "For everybody", user: "For people who are signed in, about themselves", tenant: "", operator: "For the operator" } as const;

function operationOf(route: Route, operationId: string): Schema {
  const { shape, auth, permission } = route;
  const parameters = [...parametersOf(shape.params, "path"), ...parametersOf(shape.query, "query")];
  if (shape.keyed) parameters.push({ name: "Idempotency-Key", in: "header", required: false, description: "The same key does it once", schema: { type: "string", maxLength: 255 } });
  if (shape.versioned) parameters.push({ name: "If-Match", in: "header", required: false, description: "The version that was seen, as its ETag: refused with 409 when it is another by now", schema: { type: "string" } });
  return {
    operationId,
    tags: [shape.tag],
    summary: shape.summary,
    description: permission ? [`Permission: \`${permission}\``, ...besidesText(shape.besides ?? [])].join("; ") : whoMay[auth],
    // For tools and tests: who may call it.
    "x-auth": auth,
    ...(permission ? { "x-permission": permission } : {}),
    ...(shape.besides ? { "x-besides": shape.besides } : {}),
    ...(shape.peopleOnly ? { "x-people-only": true } : {}),
    ...(shape.maxBytes === undefined ? {} : { "x-max-bytes": shape.maxBytes }),
    ...(auth === "public" ? { security: [] } : {}),
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(shape.body ? { requestBody: { required: !shape.body.safeParse({}).success, content: { "application/json": { schema: jsonSchema(shape.body, "input") } } } } : {}),
    ...(shape.takesFile ? { requestBody: { required: true, ...contentOf({ file: shape.takesFile }) } } : {}),
    responses: { ...responsesOf(shape.responses), default: { description: "A problem", content: { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } } } },
  };
}

function besidesText(names: readonly string[]): string[] {
  return names.length === 0 ? [] : [`by what it is about also ${names.map((name) => `\`${name}\``).join(", ")}`];
}

function parametersOf(schema: z.ZodType | undefined, where: "path" | "query"): Schema[] {
  if (!schema) return [];
  const { properties, required } = jsonSchema(schema, "input");
  const needed = new Set(Array.isArray(required) ? required : []);
  return Object.entries(properties ?? {}).map(([name, of]) => {
    const { description, ...rest } = of as Schema;
    return { name, in: where, required: where === "path" || needed.has(name), ...(description ? { description } : {}), schema: rest };
  });
}

function responsesOf(responses: Responses): Schema {
  const titles: Record<string, string> = { 200: "Done", 201: "Created", 202: "Accepted", 204: "Done, nothing to show", 302: "Elsewhere" };
  return Object.fromEntries(
    Object.entries(responses).map(([status, schema]) => [
      status,
      { description: titles[status] ?? "Answer", ...contentOf(schema) },
    ]),
  );
}

function contentOf(answer: Responses[number] | undefined): Schema {
  if (!answer) return {};
  if ("file" in answer) return { content: { ...(answer.json ? contentOf(answer.json)["content"] as Schema : {}), ...Object.fromEntries(answer.file.map((type) => [type, { schema: { type: "string", format: "binary" } }])) } };
  return { content: { "application/json": { schema: jsonSchema(answer, "output") } } };
}

/** Any JSON is the one type here that contains itself; in the document it is simply anything. */
function jsonSchema(schema: z.ZodType, io: "input" | "output"): Schema {
  const { $schema: _, $defs: __, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: "any" });
  return JSON.parse(JSON.stringify(rest), (_key, value: unknown) => (isLocalReference(value) ? {} : value)) as Schema;
}

function isLocalReference(value: unknown): boolean {
  return typeof value === "object" && value !== null && "$ref" in value && typeof value.$ref === "string" && value.$ref.startsWith("#/$defs/");
}
