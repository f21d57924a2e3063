import { whenEngineIsGone } from "./exitWithEngine";

// Bundled in front of a plugin: an engine that was killed leaves no process behind.
whenEngineIsGone(() => process.exit(1));
