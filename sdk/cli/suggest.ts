export { nearest } from "../schema/nearest.ts";
