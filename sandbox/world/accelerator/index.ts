export { Accelerators } from "./accelerators";
