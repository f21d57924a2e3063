import type { Rehearsal, RehearsalRequest } from "./rehearsal";

/** The Pulumi CLI that runs the updates. */
export interface Engine {
    /** Absolute path of the executable. */
    readonly pulumi: string;
    /** Folder whose `bin/` holds it. */
    readonly root: string;
    readonly version: string;
    /** Where it was found. */
    readonly source: string;
    /** What the CLI needs in its environment, on top of the caller's. */
    readonly environment: Readonly<Record<string, string>>;
}

export interface EngineRequest {
    /** Folder for what the engine keeps. */
    readonly home: string;
    /** Which provider plugins to set up: the rehearsal cloud's, or none of ours (AWS). */
    readonly plugins: "standin" | "none";
    readonly onProgress: (line: string) => void;
    /** Ends what is under way; nothing half done is left. */
    readonly signal?: AbortSignal;
}

/** What the command line is given from outside; tests give their own. */
export interface Wiring {
    prepareEngine(request: EngineRequest): Promise<Engine>;
    startRehearsal(request: RehearsalRequest): Promise<Rehearsal>;
}
