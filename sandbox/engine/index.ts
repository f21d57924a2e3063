export { EngineError } from "./engineError";
export { defaultCacheFolder, type EngineSource } from "./findEngine";
export { prepareEngine, type Engine, type PrepareOptions } from "./prepareEngine";
