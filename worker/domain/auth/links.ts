/**
 * Links that accounts are confirmed and passwords reset with.
 * @module
 */
import { PlatformError } from "../../../sdk/schema/problem.ts";

export const confirmPage = "/account/confirm";
export const confirmLifeMs = 24 * 3_600_000;
export const resetPage = "/account/reset";
export const resetLifeMs = 3_600_000;

export const invalidLink = () => new PlatformError("invalid-link", "The link has been used, has expired, or was not copied whole. Ask for a new one.");
