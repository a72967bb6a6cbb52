/**
 * JSON Schema as the text of a TypeScript type. What it does not know becomes `unknown`.
 * @module
 */
interface Schema {
  [keyword: string]: unknown;
}

const isSchema = (value: unknown): value is Schema => typeof value === "object" && value !== null && !Array.isArray(value);

/** @param schema null when anything is accepted */
export function inputType(schema: unknown): string {
  return typeOf(schema, isSchema(schema) ? schema : {}, 0);
}

function typeOf(schema: unknown, root: Schema, depth: number): string {
  if (!isSchema(schema) || depth > 16) return "unknown";
  const inner = (value: unknown): string => typeOf(value, root, depth + 1);
  if (typeof schema["$ref"] === "string") return inner(resolveReference(schema["$ref"], root));
  if ("const" in schema) return JSON.stringify(schema["const"]);
  if (Array.isArray(schema["enum"])) return schema["enum"].map((value) => JSON.stringify(value)).join(" | ") || "never";
  for (const keyword of ["anyOf", "oneOf"]) {
    const options = schema[keyword];
    if (Array.isArray(options)) return union(options.map(inner));
  }
  if (Array.isArray(schema["allOf"])) return schema["allOf"].map((option) => `(${inner(option)})`).join(" & ");
  const type = schema["type"];
  if (Array.isArray(type)) return union(type.map((one) => inner({ ...schema, type: one })));
  switch (type) {
    case "string":
    case "boolean":
    case "null":
      return type;
    case "number":
    case "integer":
      return "number";
    case "array":
      return arrayType(schema, inner);
    case "object":
      return objectType(schema, inner);
    default:
      return "unknown";
  }
}

const union = (types: readonly string[]): string => [...new Set(types)].join(" | ") || "never";

function arrayType(schema: Schema, inner: (value: unknown) => string): string {
  const tuple = schema["prefixItems"];
  if (Array.isArray(tuple)) return `[${tuple.map(inner).join(", ")}${isSchema(schema["items"]) ? `, ...Array<${inner(schema["items"])}>` : ""}]`;
  return `Array<${inner(schema["items"])}>`;
}

function objectType(schema: Schema, inner: (value: unknown) => string): string {
  const properties = isSchema(schema["properties"]) ? Object.entries(schema["properties"]) : [];
  const required = new Set(Array.isArray(schema["required"]) ? schema["required"] : []);
  const rest = schema["additionalProperties"];
  if (properties.length === 0) return isSchema(rest) ? `Record<string, ${inner(rest)}>` : "Record<string, unknown>";
  const lines = properties.map(([name, value]) => {
    const key = /^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name);
    return `  ${key}${required.has(name) ? "" : "?"}: ${inner(value).replaceAll("\n", "\n  ")};`;
  });
  return `{\n${lines.join("\n")}\n}`;
}

function resolveReference(reference: string, root: Schema): unknown {
  let at: unknown = root;
  for (const part of reference.replace(/^#\/?/, "").split("/").filter(Boolean)) {
    at = isSchema(at) ? at[part.replaceAll("~1", "/").replaceAll("~0", "~")] : undefined;
  }
  return at;
}
