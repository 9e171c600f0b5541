import { name } from "./cycle_b.js";
export const own = "a";
export const nameOfOther = () => name();
