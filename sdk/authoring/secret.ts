/**
 * Secrets as workflow code holds them: by reference.
 * @module
 */

/**
 * Stands for a secret's value in a request: in the URL's path or query, in headers (also in
 * `Basic` credentials) and in bodies of text. The value takes its place on the way out, and
 * only to hosts that the secret names; anywhere else it is a text that says nothing.
 */
export type SecretReference = string & { readonly "~secret": true };

/** Names and their references. `everstep types` lists the tenant's own. */
export interface Secrets {
  readonly [name: string]: SecretReference;
}
