import { own } from "./cycle_a.js";
export const name = () => (own === "a" ? "b" : "wrong");
