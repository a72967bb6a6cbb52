/** Keys of a tenant's files in R2 begin so. */
export const importPrefix = (tenant: string): string => `imports/${tenant}/`;
